#include "fuzz/picture.h"

PICTURE_FUZZ(jp2_rebuild)
