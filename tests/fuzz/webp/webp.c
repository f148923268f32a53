#include "fuzz/picture.h"

PICTURE_FUZZ(webp_rebuild)
