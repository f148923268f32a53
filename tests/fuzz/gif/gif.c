#include "fuzz/picture.h"

PICTURE_FUZZ(gif_rebuild)
