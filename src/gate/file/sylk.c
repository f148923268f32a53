/* SYLK: a sheet as lines.  Values and formats of cells stay; formulas, names, links to
 * other sheets and options go.
 * source  SYLK file format (Multiplan, Excel): records ID, B, C, F, P, W, E    */
#include "gate/file/job.h"

#include "base/text.h"
#include "gate/file/rtf.h"

struct sheet {
	struct job *job;
	struct buffer *out;
	size_t line;
};

static void report(struct sheet *s, const char *what)
{
	job_drop_at(s->job, what, "line %zu", s->line);
}

/* One field after its semicolon; ";;" stands for one inside. */
static bool take_field(struct slice line, size_t *pos, struct slice *field)
{
	if (*pos >= line.len)
		return false;
	size_t from = ++*pos;
	while (*pos < line.len && (line.at[*pos] != ';' || (*pos + 1 < line.len && line.at[*pos + 1] == ';')))
		*pos += line.at[*pos] == ';' ? 2 : 1;
	if (*pos > line.len)
		*pos = line.len;
	*field = slice_part(line, from, *pos - from);
	return true;
}

static bool field_fine(struct slice kind, struct slice field)
{
	if (field.len == 0)
		return false;
	char letter = (char)field.at[0];
	if (slice_is(kind, "C"))
		return strchr("XYKN", letter) && letter;
	if (slice_is(kind, "ID"))
		return strchr("PNE", letter) && letter;
	return letter >= 'A' && letter <= 'Z' && !(slice_is(kind, "F") && letter == 'T');
}

static void put_record(struct sheet *s, struct slice line, struct slice kind)
{
	struct slice field;
	bool lost = false, kept = false;
	buffer_put_slice(s->out, kind);
	for (size_t pos = kind.len; take_field(line, &pos, &field);) {
		if (!field_fine(kind, field)) {
			lost |= field.len > 0;
			continue;
		}
		kept = true;
		buffer_put_u8(s->out, ';');
		buffer_put_slice(s->out, field);
	}
	if (!kept && slice_is(kind, "ID"))
		buffer_put_str(s->out, ";P"); /* by which a sheet is known */
	buffer_put_str(s->out, "\r\n");
	if (lost)
		report(s, slice_is(kind, "C") ? "formula" : "unknown-element");
}

static void take_line(struct sheet *s, struct slice line)
{
	static const struct { const char *kinds, *what; } taken[] = {
		{"NE NU NL", "external-link"}, {"NN", "auto-name"}, {"O", "unknown-element"}};
	size_t end = 0;
	while (end < line.len && line.at[end] != ';')
		end++;
	struct slice kind = slice_part(line, 0, end);
	if (words_list("ID B C F P W E", kind)) {
		put_record(s, line, kind);
		return;
	}
	for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++)
		if (words_list(taken[i].kinds, kind)) {
			report(s, taken[i].what);
			return;
		}
	if (line.len)
		report(s, "unknown-element");
}

struct result sylk_rebuild(struct job *job, struct slice in, struct buffer *out, struct why *why)
{
	struct sheet s = {.job = job, .out = out};
	bool ended = false;
	(void)why;
	if (!slice_starts(in, SLICE("ID;")))
		return job_refuse(job, REFUSAL_DAMAGED, "", "it does not begin with ID");
	if (!utf8_valid(in) && !cp932_valid(in))
		return job_refuse(job, REFUSAL_DAMAGED, "", "neither UTF-8 nor CP932");
	for (size_t pos = 0; pos < in.len && !ended;) {
		size_t from = pos;
		while (pos < in.len && in.at[pos] != '\r' && in.at[pos] != '\n')
			pos++;
		struct slice line = slice_part(in, from, pos - from);
		pos += pos < in.len && in.at[pos] == '\r';
		pos += pos < in.len && in.at[pos] == '\n';
		s.line++;
		for (size_t i = 0; i < line.len; i++)
			if (line.at[i] < ' ' && line.at[i] != 0x1B && line.at[i] != '\t')
				return job_refuse(job, REFUSAL_DAMAGED, "", "a control character in line %zu", s.line);
		take_line(&s, line);
		ended = slice_is(line, "E") || slice_starts(line, SLICE("E;"));
		for (size_t i = pos; ended && i < in.len; i++)
			if (in.at[i] > ' ') {
				report(&s, "trailing-data");
				break;
			}
	}
	return ended ? ok() : job_refuse(job, REFUSAL_DAMAGED, "", "it does not end with E");
}
