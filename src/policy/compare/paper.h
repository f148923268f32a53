/* policy/compare/paper.h - what the two files that draw share with compare.h */
#ifndef SEKISHO_POLICY_COMPARE_PAPER_H
#define SEKISHO_POLICY_COMPARE_PAPER_H

#include "policy/compare/compare.h"

struct _cairo_font_face *paper_font_drawn(const struct paper_font *font); /* cairo's own name */

#endif
