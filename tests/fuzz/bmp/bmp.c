#include "fuzz/picture.h"

PICTURE_FUZZ(bmp_rebuild)
