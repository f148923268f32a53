#include "fuzz/picture.h"

PICTURE_FUZZ(jpeg_rebuild)
