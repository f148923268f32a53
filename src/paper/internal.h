/* paper/internal.h - what the files of this room share; nobody else includes it */
#ifndef SEKISHO_PAPER_INTERNAL_H
#define SEKISHO_PAPER_INTERNAL_H

#include "base/arena.h"
#include "paper/paper.h"

#include <cairo-pdf.h>

cairo_font_face_t *paper_font_drawn(const struct paper_font *font);
bool paper_font_has(const struct paper_font *font, uint32_t code);

enum { KNOWN_WIDTHS = 4096, MISSING_MOST = 40 };
struct known_width {
	uint32_t code;
	float wide; /* of a size of 1 */
	bool there; /* the font has it */
};
struct paper {
	struct paper_options options;
	const struct paper_font *font;
	struct buffer *out;
	cairo_surface_t *surface;
	cairo_t *cr;
	struct arena *arena;    /* of one row */
	double wide, high, left, right, top, bottom;
	double y, size, leading;
	unsigned page;
	bool table_open;        /* a page that begins now repeats the heads */
	struct paper_column columns[PAPER_COLUMNS];
	size_t column_count;
	double edge[PAPER_COLUMNS + 1];
	enum error failed;      /* the first failure; everything after it draws nothing */
	bool ended;
	struct known_width *widths;
	uint32_t missing[MISSING_MOST];
	size_t missing_count;
};

/* ---- lines.c: characters into lines */
struct letter {
	const char *at;
	uint8_t len;
	bool marked, newline;
	bool no_begin, no_end, word; /* may not begin a line, may not end one, part of a Latin word */
	double wide;
};
struct run {
	struct letter *at;
	size_t count, done; /* letters that are drawn */
};
/* run_of - in the paper's arena and present size */
struct run run_of(struct paper *p, const struct paper_cell *cell);
struct run run_text(struct paper *p, const char *text);
size_t run_line_end(const struct run *run, size_t from, double room);
/* run_draw_line - the line that begins at run->done; moves done behind it */
void run_draw_line(struct paper *p, struct run *run, double left, double right, double y, enum paper_align align);
/* run_lines - how many lines are left */
size_t run_lines(const struct run *run, double room);

/* ---- paper.c */
void paper_set_size(struct paper *p, double size, double leading);
/* paper_need - go overleaf unless so much is left */
void paper_need(struct paper *p, double points);
void paper_new_page(struct paper *p);
/* ---- table.c */
void table_heads(struct paper *p);

#endif
