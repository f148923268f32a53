#include "fuzz/picture.h"

PICTURE_FUZZ(tiff_rebuild)
