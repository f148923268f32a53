/* The rebuild of a PDF, and its strict setting: every page a picture.
 *
 * Drawing is the last step, so that the drawer only ever sees a document that the
 * gate wrote.  A page that cannot be drawn refuses the whole: there is no way past a
 * page.  What ends the worker instead (time, memory) finds the page's name already
 * told (file_request.note), so that the refusal has it too. */
#include "gate/file/pages.h"
#include "gate/file/draw.h"

enum { LETTERS_BYTES = 64 << 20 };

struct pages_run {
	struct job *job;
	struct why *why;
	struct drawing *drawing;
	uint32_t count;
	struct pages_size *sizes;
	struct pages_font font;
	struct pages_writer writer;
	struct buffer rows, coded, text;
	bool letters;
};

static int64_t rounded_up(int64_t units, uint32_t dpi)
{
	return (units * dpi + 72 * PAGES_POINT - 1) / (72 * PAGES_POINT);
}

struct pages_dots pages_dots(const struct pages_size *size, uint64_t dpi)
{
	uint32_t d = dpi == 0 ? PAGES_DPI : dpi > PAGES_DPI_MOST ? PAGES_DPI_MOST : (uint32_t)dpi;
	d = d < PAGES_DPI_LEAST ? PAGES_DPI_LEAST : d;
	while (d > 1 && rounded_up(size->width, d) * rounded_up(size->height, d) > PAGES_PIXELS)
		d--;
	return (struct pages_dots){.dpi = d, .width = (uint32_t)rounded_up(size->width, d),
	                           .height = (uint32_t)rounded_up(size->height, d)};
}

/* ---- one page ---------------------------------------------------------- */

static const char *page_name(struct job *job, uint32_t page)
{
	const char *name = arena_printf(job->arena, "page %u", page + 1);
	return name ? name : "page";
}

/* The drawer's failure, told as what it means for the file. */
static struct result undrawn(struct pages_run *run, uint32_t page, const struct why *why)
{
	enum refusal refusal = why->code == E_MEMORY || why->code == E_LIMIT ? REFUSAL_LARGE : REFUSAL_FAILED;
	return job_refuse(run->job, refusal, page_name(run->job, page), "the page cannot be drawn: %s", why->text);
}

static struct result page_text(struct pages_run *run, uint32_t page)
{
	AUTO(arena_drop) struct arena *arena = arena_new(LETTERS_BYTES);
	struct drawn_letter *letters = NULL;
	size_t count = 0;
	struct why why = {0};
	buffer_clear(&run->text);
	if (!run->letters)
		return ok();
	if (!arena)
		return job_memory(run->why);
	if (run->job->drawer->letters(run->drawing, page, arena, &letters, &count, &why).code != OK)
		return undrawn(run, page, &why);
	TRY(job_pay_work(run->job, 16 * (uint64_t)count));
	pages_text(&run->font, letters, count, &run->sizes[page], &run->text);
	return buffer_ok(&run->text) ? ok()
		: job_refuse(run->job, REFUSAL_LARGE, page_name(run->job, page), "the page has too much text");
}

static struct result draw_page(struct pages_run *run, uint32_t page)
{
	struct job *job = run->job;
	struct pages_dots dots = pages_dots(&run->sizes[page], job->rules.page_dpi);
	struct pages_picture picture;
	const uint8_t *pixels = NULL;
	struct why why = {0};
	if (job->note)
		job->note(job->note_user, page_name(job, page));
	TRY(job_pay_work(job, (uint64_t)dots.width * dots.height));
	TRY(page_text(run, page));
	if (job->drawer->draw(run->drawing, page, dots.dpi, dots.width, dots.height, &pixels, &why).code != OK)
		return undrawn(run, page, &why);
	TRY(pages_picture(job, pixels, &dots, &run->rows, &run->coded, &picture, run->why));
	return pages_add(&run->writer, page, dots.dpi, &picture, buffer_slice(&run->text));
}

/* ---- the document ------------------------------------------------------ */

static struct result take_size(struct pages_run *run, uint32_t page)
{
	double width = 0, height = 0;
	struct why why = {0};
	if (run->job->drawer->size(run->drawing, page, &width, &height, &why).code != OK)
		return undrawn(run, page, &why);
	bool sane = width > 0 && height > 0 && width <= PAGES_SIDE && height <= PAGES_SIDE;
	run->sizes[page].width = sane ? (int64_t)(width * PAGES_POINT + 0.5) : 0;
	run->sizes[page].height = sane ? (int64_t)(height * PAGES_POINT + 0.5) : 0;
	if (run->sizes[page].width > 0 && run->sizes[page].height > 0)
		return ok();
	return job_refuse(run->job, REFUSAL_LARGE, page_name(run->job, page), "a page that is no larger than nothing, or larger than %d points",
	                  PAGES_SIDE);
}

static struct result draw_all(struct pages_run *run, struct slice pdf, struct buffer *out)
{
	struct job *job = run->job;
	struct why why = {0};
	if (job->drawer->open(pdf, &run->drawing, &run->count, &why).code != OK || run->count == 0)
		return job_refuse(job, why.code == E_MEMORY ? REFUSAL_LARGE : REFUSAL_FAILED, "", "it cannot be drawn: %s", why.text);
	run->sizes = run->count <= PDF_PAGES ? ARENA_ARRAY(job->arena, run->count, struct pages_size) : NULL;
	if (!run->sizes)
		return job_refuse(job, REFUSAL_LARGE, "", "more pages than can be drawn");
	TRY(pages_units(job, pdf, run->sizes, run->count, run->why));
	for (uint32_t i = 0; i < run->count; i++)
		TRY(take_size(run, i));
	TRY(pages_begin(&run->writer, job, run->letters ? &run->font : NULL, run->sizes, run->count, out, run->why));
	for (uint32_t i = 0; i < run->count; i++)
		TRY(draw_page(run, i));
	return pages_end(&run->writer);
}

static struct result drawn(struct job *job, struct slice pdf, bool letters, struct buffer *out, struct why *why)
{
	struct pages_run *run = ARENA_NEW(job->arena, struct pages_run);
	if (!run)
		return job_memory(why);
	*run = (struct pages_run){.job = job, .why = why, .letters = letters};
	buffer_init(&run->rows, (size_t)PAGES_PIXELS * 4);
	buffer_init(&run->coded, (size_t)PAGES_PIXELS * 4);
	buffer_init(&run->text, LETTERS_BYTES);
	struct result r = pages_font_init(&run->font, why);
	if (r.code == OK)
		r = draw_all(run, pdf, out);
	if (run->drawing)
		job->drawer->close(run->drawing);
	pages_done(&run->writer);
	pages_font_done(&run->font);
	buffer_done(&run->rows);
	buffer_done(&run->coded);
	buffer_done(&run->text);
	return r;
}

static struct result no_drawer(struct job *job)
{
	return job_refuse(job, REFUSAL_FAILED, "", "its pages have to be made into pictures, and %s",
	                  job->drawer ? job->drawer->unfit : "this program draws nothing");
}

/* Pages that are pictures already stay as they are. */
static struct result as_pictures(struct job *job, struct slice pdf, struct buffer *out, struct why *why)
{
	bool letters = !rules_strip(&job->rules, "page-text"), own = false, plain = false;
	TRY(pages_own(job, pdf, letters, out, &own, &plain, why));
	if (plain)
		job_drop(job, "page-text", "");
	if (own && !plain)
		buffer_put_slice(out, pdf);
	if (own)
		return ok();
	if (!job->drawer || job->drawer->unfit)
		return no_drawer(job);
	job_drop(job, "page-drawing", "");
	if (!letters)
		job_drop(job, "page-text", "");
	return drawn(job, pdf, letters, out, why);
}

struct result pages_rebuild(struct job *job, struct slice in, struct buffer *out, struct why *why)
{
	bool refused = rules_refuse(&job->rules, "page-drawing");
	if (refused)
		job_drop(job, "page-drawing", "");
	if (refused || !rules_strip(&job->rules, "page-drawing"))
		return pdf_rebuild(job, in, out, why);
	struct buffer AUTO(buffer_done) pdf = {0};
	buffer_init(&pdf, out->ceiling);
	TRY(pdf_rebuild(job, in, &pdf, why));
	return as_pictures(job, buffer_slice(&pdf), out, why);
}
