/* The table of a model: lines are sorted by what they are, then each sort is
 * read in the order in which one refers to the other.                       */
#include "gate/net/modelread.h"

#include "base/number.h"
#include "base/text.h"

static struct slice unquote(struct slice cell, struct arena *arena)
{
	if (cell.len < 2 || cell.at[0] != '"' || cell.at[cell.len - 1] != '"')
		return cell;
	struct slice inner = slice_part(cell, 1, cell.len - 2);
	uint8_t *out = arena_alloc(arena, inner.len + 1);
	size_t n = 0;
	for (size_t i = 0; out && i < inner.len; i++) {
		out[n++] = inner.at[i];
		i += inner.at[i] == '"' && i + 1 < inner.len && inner.at[i + 1] == '"';
	}
	return out ? slice_of(out, n) : inner;
}

void row_bad(struct model_reader *r, const struct row *row, const char *format, ...)
{
	char text[600];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	struct net_finding finding = {.law = "", .clause = "", .cite = "", .line = row->line};
	findings_add(r->findings, r->arena, &finding, "%s", text);
}

static void row_split(struct model_reader *r, const struct line_at *line, struct row *row)
{
	struct slice rest = line->text;
	*row = (struct row){.line = line->number};
	for (;;) {
		const uint8_t *tab = rest.len ? memchr(rest.at, '\t', rest.len) : NULL;
		struct slice cell = tab ? slice_part(rest, 0, (size_t)(tab - rest.at)) : rest;
		if (row->count < ROW_CELLS)
			row->cells[row->count++] = unquote(cell, r->arena);
		else if (cell.len)
			row->too_many = true;
		if (!tab)
			break;
		rest = slice_part(rest, cell.len + 1, rest.len);
	}
	while (row->count > 1 && row->cells[row->count - 1].len == 0)
		row->count--; /* a spreadsheet fills short rows with tabs */
}

static bool row_sound(struct model_reader *r, const struct row *row, const struct line_kind *kind)
{
	if (row->too_many || row->count < kind->least || row->count > kind->most) {
		row_bad(r, row, "%s の行の欄は %zu から %zu までですが、%zu あります。", kind->name, kind->least - 1,
		        kind->most - 1, row->count - 1);
		return false;
	}
	for (size_t i = 0; i < row->count; i++) {
		bool control = false;
		for (size_t k = 0; k < row->cells[i].len; k++)
			control |= row->cells[i].at[k] < 0x20 || row->cells[i].at[k] == 0x7F;
		if (control || row->cells[i].len > MODEL_CELL || !utf8_valid(row->cells[i])) {
			row_bad(r, row, "%zu 番目の欄に、読めない文字があるか、長すぎます。", i);
			return false;
		}
	}
	return true;
}

bool word_of(const char *const *words, size_t count, struct slice text, unsigned *out)
{
	for (size_t i = 0; i < count; i++)
		if (slice_is(text, words[i])) {
			*out = (unsigned)i;
			return true;
		}
	return false;
}

bool row_id(struct model_reader *r, const struct row *row, struct slice id)
{
	bool good = id.len >= 1 && id.len <= 64;
	for (size_t i = 0; good && i < id.len; i++) {
		uint8_t c = id.at[i];
		good = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
		       c == '_' || c == '.';
	}
	if (!good)
		row_bad(r, row, "「%.*s」は番号に使えません。英数字と - _ . で64字までにしてください。", SLICE_ARG(id));
	return good;
}

/* ---- lines by sort --------------------------------------------------------- */

static const struct line_kind kinds[] = {
	{"body", 5, 5, 1, read_body},
	{"zone", 4, 4, MODEL_ZONES, read_zone},
	{"interface", 3, 3, MODEL_INTERFACES, read_interface},
	{"subnet", 3, 4, MODEL_SUBNETS, read_subnet},
	{"own", 3, 3, MODEL_SUBNETS, read_own},
	{"firewall", 3, 3, MODEL_INTERFACES, read_firewall},
	{"host", 7, 7, MODEL_STATIONS, read_host},
	{"peer", 11, 11, MODEL_STATIONS, read_peer},
	{"service", 4, 7, MODEL_SERVICES, read_service},
	{"flow", 16, 16, MODEL_FLOWS, read_flow},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

static size_t kind_of(struct slice line)
{
	const uint8_t *tab = memchr(line.at, '\t', line.len);
	struct slice first = tab ? slice_part(line, 0, (size_t)(tab - line.at)) : line;
	size_t k = 0;
	while (k < KINDS && !slice_is(first, kinds[k].name))
		k++;
	return k;
}

static bool skipped(struct slice line)
{
	for (size_t i = 0; i < line.len; i++)
		if (line.at[i] != '\t' && line.at[i] != ' ')
			return line.at[i] == '#';
	return true;
}

static struct slice next_line(struct slice *rest)
{
	const uint8_t *end = memchr(rest->at, '\n', rest->len);
	struct slice line = end ? slice_part(*rest, 0, (size_t)(end - rest->at)) : *rest;
	*rest = slice_part(*rest, line.len + 1, rest->len);
	if (line.len && line.at[line.len - 1] == '\r')
		line.len--;
	return line;
}

static void count_lines(struct slice text, size_t counts[KINDS + 1])
{
	while (text.len) {
		struct slice line = next_line(&text);
		if (!skipped(line))
			counts[kind_of(line)]++;
	}
}

/* sort_lines - the lines of each kind together, in the order of the file */
static void sort_lines(struct model_reader *r, struct slice text, struct line_at *lines, const size_t starts[KINDS])
{
	size_t next[KINDS], number = 0;
	memcpy(next, starts, sizeof next);
	while (text.len) {
		struct slice line = next_line(&text);
		number++;
		if (skipped(line))
			continue;
		size_t k = kind_of(line);
		if (k < KINDS) {
			lines[next[k]++] = (struct line_at){line, number};
			continue;
		}
		const struct row row = {.line = number};
		struct slice word = slice_part(line, 0, 40);
		while (word.len && !utf8_valid(word))
			word.len--;
		row_bad(r, &row, "「%.*s」という種類の行はありません。", SLICE_ARG(word));
	}
}

static void read_lines(struct model_reader *r, const struct line_kind *kind, const struct line_at *lines, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct row row;
		row_split(r, &lines[i], &row);
		if (row_sound(r, &row, kind))
			kind->read(r, &row);
	}
}

static bool make_room(struct model_reader *r, const size_t counts[KINDS])
{
	struct net_model *m = r->model;
	struct arena *a = r->arena;
	size_t names = counts[1] + counts[6] + counts[7] + 2;
	return (m->zones = ARENA_ARRAY(a, counts[1] + 1, struct net_zone)) &&
	       (m->interfaces = ARENA_ARRAY(a, counts[2] + 1, struct net_interface)) &&
	       (m->subnets = ARENA_ARRAY(a, counts[3] + 1, struct net_range)) &&
	       (m->own = ARENA_ARRAY(a, counts[4] + 1, struct net_range)) &&
	       (m->stations = ARENA_ARRAY(a, counts[6] + counts[7] + 1, struct net_station)) &&
	       (m->services = ARENA_ARRAY(a, counts[8] + 1, struct net_service)) &&
	       (m->flows = ARENA_ARRAY(a, counts[9] + 1, struct net_flow)) && index_init(&r->ends, names, a) &&
	       index_init(&r->services, counts[8] + 1, a) && index_init(&r->flows, counts[9] + 1, a);
}

struct result model_read(struct slice text, struct arena *arena, struct net_findings *findings,
                         struct net_model **out, struct why *why)
{
	size_t counts[KINDS + 1] = {0}, starts[KINDS], total = 0;
	struct model_reader r = {.arena = arena, .findings = findings, .model = ARENA_NEW(arena, struct net_model)};
	if (text.len > MODEL_BYTES)
		return fail(why, E_LIMIT, "", "構成表は %d MB までです。", MODEL_BYTES >> 20);
	if (slice_starts(text, SLICE("\xEF\xBB\xBF")))
		text = slice_part(text, 3, text.len);
	count_lines(text, counts);
	for (size_t k = 0; k < KINDS; k++) {
		if (counts[k] > kinds[k].limit)
			return fail(why, E_LIMIT, kinds[k].name, "%s の行は %zu までです。", kinds[k].name, kinds[k].limit);
		starts[k] = total;
		total += counts[k];
	}
	struct line_at *lines = ARENA_ARRAY(arena, total + 1, struct line_at);
	if (!r.model || !findings || !lines || !make_room(&r, counts))
		return fail(why, E_MEMORY, "", "構成表を読むメモリーが足りません。");
	sort_lines(&r, text, lines, starts);
	const struct row whole = {.line = 0};
	if (counts[0] != 1)
		row_bad(&r, &whole, "body の行がちょうど一つ要ります。");
	for (size_t k = 0; k < KINDS; k++) {
		read_lines(&r, &kinds[k], lines + starts[k], counts[k]);
		if (k == 3)
			subnets_settle(&r);
		if (r.no_memory)
			return fail(why, E_MEMORY, "", "構成表を読むメモリーが足りません。");
	}
	stations_settle(&r);
	if (findings->errors)
		return fail(why, E_INPUT, "", "構成表に %zu の誤りがあります。", findings->errors);
	*out = r.model;
	return ok();
}
