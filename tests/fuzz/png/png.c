#include "fuzz/picture.h"

PICTURE_FUZZ(png_rebuild)
