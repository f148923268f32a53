/* Rich text: written anew, token by token, while it is read.
 *
 * A group is written when the first thing in it is: one whose destination is taken
 * away leaves nothing.  An object leaves the picture that was seen of it, a field that
 * is not on the list its text, a shape property that is no number goes.  What stands
 * after the last brace is not read by all and goes too.
 * source  Rich Text Format Specification 1.9.1                              */
#include "gate/file/rtf.h"

#include "gate/file/links.h"

enum { GROUPS_MOST = 256, FIRST_SKIP = 1, UNKNOWNS_MOST = 64, GATHERED_MOST = 1 << 20 };
enum mode { KEEP = 0, OBJECT, OBJECT_PART, FIELD, INSTRUCTION, PROPERTY, NAME, VALUE, PICTURE };

struct group {
	enum mode mode;
	bool taken;          /* nothing more of it is kept */
	bool open;           /* its brace is written */
	bool after_word;     /* what was written last before the brace */
	bool lossy;          /* something in it was left out */
	bool star;           /* \* was read, its word was not yet */
	bool gathers;        /* its text is gathered, for itself or for one around it */
	bool frozen, instructed, resulted; /* of a field */
	bool nested, bad;    /* of an instruction: a field in it; one in it is frozen */
	bool level;          /* a level's text: its first character is its length, some are numbers */
	bool picture;        /* of a value: it holds one */
	int32_t skip;        /* \uc */
	size_t from;         /* where in the input it began */
	size_t made;         /* where in the output its brace stands */
	size_t gathered;     /* of the text gathered before it */
	struct range { size_t from, len; } name, value; /* of a property: in what is gathered */
	struct slice kind;   /* of a picture */
	int32_t number;
};

struct text {
	struct job *job;
	struct rtf rtf;
	struct buffer *out, gathered, digits;
	struct group groups[GROUPS_MOST];
	unsigned depth;
	bool word;           /* the last thing written is a word that nothing ends yet */
	int32_t skip;        /* characters to come that stand for the last \u */
	struct slice told[UNKNOWNS_MOST];
	unsigned told_count;
};

static struct group *top(struct text *t)
{
	return &t->groups[t->depth - 1];
}

static struct group *above(struct text *t)
{
	return t->depth > 1 ? &t->groups[t->depth - 2] : NULL;
}

static const char *place(struct text *t, size_t offset)
{
	const char *at = arena_printf(t->job->arena, "offset %zu", offset);
	return at ? at : "";
}

static void tell(struct text *t, const char *what, struct slice name)
{
	for (unsigned i = 0; i < t->told_count; i++)
		if (slice_equal(t->told[i], name))
			return;
	if (t->told_count < UNKNOWNS_MOST)
		t->told[t->told_count++] = name;
	job_drop_at(t->job, what, "\\%.*s (offset %zu)", SLICE_ARG(name), t->rtf.from);
}

/* ---- writing ---- */

static bool silent(const struct group *g)
{
	return g->taken || g->mode == OBJECT || g->mode == OBJECT_PART;
}

/* The braces of the groups that have nothing written yet. */
static void open_groups(struct text *t)
{
	unsigned first = t->depth;
	while (first > 0 && !t->groups[first - 1].open)
		first--;
	for (unsigned i = first; i < t->depth; i++) {
		t->groups[i].open = true;
		t->groups[i].made = t->out->len;
		t->groups[i].after_word = t->word;
		buffer_put_u8(t->out, '{');
		t->word = false;
	}
}

static void put_word(struct text *t, bool star)
{
	const struct rtf *r = &t->rtf;
	open_groups(t);
	buffer_put_str(t->out, star ? "\\*\\" : "\\");
	buffer_put_slice(t->out, r->text);
	if (r->numbered)
		buffer_printf(t->out, "%d", r->number);
	buffer_put_str(t->out, r->spaced ? " " : "");
	t->word = !r->spaced;
}

static void put_text(struct text *t, struct slice text)
{
	open_groups(t);
	uint8_t c = text.at[0];
	bool runs_on = c == ' ' || c == '-' || (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
	if (t->word && runs_on)
		buffer_put_u8(t->out, ' ');
	t->word = false;
	buffer_put_slice(t->out, text);
}

static void gather(struct text *t, struct slice text)
{
	if (top(t)->gathers)
		buffer_put_slice(&t->gathered, text);
}

static struct slice gathered_from(struct text *t, size_t from)
{
	return slice_part(buffer_slice(&t->gathered), from, t->gathered.len);
}

/* ---- groups ---- */

static struct result open_group(struct text *t)
{
	if (t->depth == GROUPS_MOST)
		return job_refuse(t->job, REFUSAL_DEEP, place(t, t->rtf.from), "more than %d groups in one another", GROUPS_MOST);
	struct group *parent = t->depth ? top(t) : NULL, *g = &t->groups[t->depth++];
	*g = (struct group){.skip = parent ? parent->skip : FIRST_SKIP, .from = t->rtf.from, .gathered = t->gathered.len};
	g->gathers = parent && parent->gathers;
	g->taken = parent && parent->taken;
	if (parent && (parent->mode == OBJECT || parent->mode == OBJECT_PART))
		g->mode = OBJECT_PART;
	t->skip = 0;
	return ok();
}

/* Everything written of the group, or of what it holds, is forgotten. */
static void unwrite(struct text *t, struct group *g, bool inner)
{
	if (!g->open)
		return;
	t->out->len = g->made + inner;
	g->open = inner;
	t->word = !inner && g->after_word;
}

static bool value_safe(struct slice name, struct slice value, bool picture)
{
	bool numbers = name.len > 0;
	for (size_t i = 0; i < name.len; i++)
		if (!((name.at[i] | 32) >= 'a' && (name.at[i] | 32) <= 'z') && !(name.at[i] >= '0' && name.at[i] <= '9'))
			return false;
	for (size_t i = 0; i < value.len; i++)
		numbers = numbers && memchr("0123456789 ,;()-.", value.at[i], 17);
	return numbers || (!picture && words_list("wzName wzDescription gtextUNICODE gtextFont", name));
}

static const char *value_fault(struct slice name)
{
	return words_list("pibName fillBlipName lineFillBlipName", name) ? "saved-path"
		: words_list("wzScript wzScriptExtAttr wzScriptLang", name) ? "macro-link"
		: words_list("pihlShape wzTooltip", name) ? "unsafe-link" : "hidden-data";
}

static void close_property(struct text *t, struct group *g)
{
	struct slice all = buffer_slice(&t->gathered), name = slice_part(all, g->name.from, g->name.len);
	if (!g->lossy && value_safe(name, slice_part(all, g->value.from, g->value.len), g->picture))
		return;
	job_drop_at(t->job, value_fault(name), "\\sp %.*s (offset %zu)", SLICE_ARG(slice_part(name, 0, 40)), g->from);
	unwrite(t, g, false);
	g->lossy = true;
}

static void close_instruction(struct text *t, struct group *g)
{
	struct group *field = above(t);
	struct slice instruction = gathered_from(t, g->gathered), name = field_name(instruction);
	if (!g->bad && field_allowed(&t->job->links, instruction))
		return;
	bool link = slice_equal_nocase(name, SLICE("HYPERLINK"));
	job_drop_at(t->job, link ? "unsafe-link" : "field", "%.*s (offset %zu)", SLICE_ARG(name), g->from);
	unwrite(t, field, true);
	g->open = true; /* and so its brace is not written now */
	field->frozen = true;
}

static struct result close_picture(struct text *t, struct group *g, struct why *why)
{
	struct buffer AUTO(buffer_done) bytes = {0};
	static const uint8_t none;
	bool sound = t->digits.len % 2 == 0;
	buffer_init(&bytes, (size_t)1 << 30);
	for (size_t i = 0; sound && i + 1 < t->digits.len; i += 2)
		buffer_put_u8(&bytes, (uint8_t)(t->digits.at[i] << 4 | t->digits.at[i + 1]));
	if (!buffer_ok(&bytes) || !buffer_ok(&t->digits))
		return job_memory(why);
	open_groups(t);
	t->word = false;
	return rtf_picture(t->job, sound ? g->kind : SLICE(""), g->number, sound ? buffer_slice(&bytes) : slice_of(&none, 0),
	                   place(t, g->from), t->out, why);
}

/* What the group that holds this one learns of it. */
static void hand_up(struct text *t, struct group *g, struct group *parent)
{
	struct range text = {g->gathered, t->gathered.len - g->gathered};
	if (g->mode == NAME && parent->mode == PROPERTY)
		parent->name = text;
	else if (g->mode == VALUE && parent->mode == PROPERTY)
		parent->value = text, parent->picture = g->picture;
	else if (g->mode == FIELD || g->mode == PROPERTY)
		t->gathered.len = g->gathered;
	parent->picture |= g->mode == PICTURE;
	if (g->mode == FIELD && parent->gathers) {
		buffer_put_u8(&t->gathered, 1); /* stands for whatever it shows: part of no name, no link */
		for (unsigned i = t->depth - 1; i-- > 0 && g->frozen;)
			t->groups[i].bad |= t->groups[i].mode == INSTRUCTION;
	}
	parent->lossy |= g->lossy && (parent->mode == PROPERTY || parent->mode == VALUE || !g->open);
	if (!parent->gathers)
		buffer_clear(&t->gathered);
}

static struct result close_group(struct text *t, struct why *why)
{
	if (t->depth == 0)
		return job_refuse(t->job, REFUSAL_DAMAGED, place(t, t->rtf.from), "a brace that closes nothing");
	struct group *g = top(t), *parent = above(t);
	if (g->mode == PICTURE)
		TRY(close_picture(t, g, why));
	if (g->mode == INSTRUCTION)
		close_instruction(t, g);
	if (g->mode == PROPERTY)
		close_property(t, g);
	bool frozen = g->mode == INSTRUCTION && parent->frozen;
	if (!g->open && !g->lossy && !silent(g) && !(parent && silent(parent)))
		open_groups(t); /* an empty group ends words and characters */
	if (g->open && !frozen)
		buffer_put_u8(t->out, '}'), t->word = false;
	g->lossy |= silent(g);
	if (parent)
		hand_up(t, g, parent);
	t->depth--;
	t->skip = 0;
	return ok();
}

/* ---- words ---- */

static void take_away(struct text *t, const char *what)
{
	tell(t, what, t->rtf.text);
	top(t)->taken = true;
	top(t)->lossy = true;
}

static struct result open_instruction(struct text *t, bool star)
{
	struct group *field = above(t);
	if (!field || field->mode != FIELD) {
		take_away(t, "field");
		return ok();
	}
	if (field->instructed || field->resulted)
		return job_refuse(t->job, REFUSAL_AMBIGUOUS, place(t, t->rtf.from), "a field with two instructions");
	field->instructed = true;
	top(t)->mode = INSTRUCTION;
	top(t)->gathers = true;
	put_word(t, star);
	return ok();
}

static struct result open_picture(struct text *t, bool star)
{
	for (unsigned i = 0; i < t->depth; i++)
		if (t->groups[i].mode == PICTURE) {
			take_away(t, "picture");
			return ok();
		}
	top(t)->mode = PICTURE;
	buffer_clear(&t->digits);
	put_word(t, star);
	return ok();
}

static struct result take_destination(struct text *t, bool star)
{
	static const struct { const char *name; enum mode mode; } gathering[] = {{"sp", PROPERTY}, {"sn", NAME}, {"sv", VALUE}};
	struct group *g = top(t), *parent = above(t);
	struct slice name = t->rtf.text;
	bool late = g->mode != KEEP || (g->open && words_list("fldinst sn sv sp pict field fldrslt", name));
	if (late || (slice_is(name, "rtf") && (t->depth > 1 || g->open))) {
		tell(t, "unknown-element", name);
		return ok();
	}
	if (slice_is(name, "result"))
		return ok(); /* without its object it is a group like others */
	if (slice_is(name, "fldinst"))
		return open_instruction(t, star);
	if (slice_is(name, "pict"))
		return open_picture(t, star);
	g->level = words_list("leveltext levelnumbers", name);
	if (slice_is(name, "field"))
		g->mode = FIELD;
	if (slice_is(name, "fldrslt") && parent && parent->mode == FIELD) {
		parent->resulted = true;
		if (parent->frozen)
			return ok();
	}
	for (size_t i = 0; i < sizeof gathering / sizeof gathering[0]; i++)
		if (slice_is(name, gathering[i].name)) {
			g->mode = gathering[i].mode;
			g->gathers = true;
		}
	put_word(t, star);
	return ok();
}

/* Which characters the escapes mean is known of these code pages only. */
static bool code_page(int32_t number)
{
	static const int32_t list[] = {437, 708, 709, 710, 711, 720, 819, 850, 852, 860, 861, 862, 863, 864, 865, 866, 874,
	                               932, 936, 949, 950, 1250, 1251, 1252, 1253, 1254, 1255, 1256, 1257, 1258, 1361, 10000,
	                               10001, 65001};
	for (size_t i = 0; i < sizeof list / sizeof list[0]; i++)
		if (list[i] == number)
			return true;
	return false;
}

static void gather_word(struct text *t)
{
	struct slice name = t->rtf.text;
	struct group *g = top(t);
	if (slice_is(name, "uc"))
		g->skip = t->rtf.number;
	if (slice_is(name, "u")) {
		uint32_t unit = (uint32_t)t->rtf.number & 0xFFFF;
		uint8_t c = unit < 0x80 ? (uint8_t)unit : '?';
		gather(t, slice_of(&c, 1));
		t->skip = g->skip > 0 ? g->skip : 0;
	} else if (t->skip > 0) {
		t->skip--;
	} else if (words_list("tab par line cell row", name)) {
		gather(t, SLICE(" "));
	}
}

static struct result take_plain(struct text *t, bool star)
{
	struct group *g = top(t);
	struct slice name = t->rtf.text;
	if (star && !words_list("cs ts ds", name)) {
		take_away(t, "unknown-element");
		return ok();
	}
	if (words_list("ansicpg cpg", name) && !code_page(t->rtf.number)) {
		tell(t, "unknown-element", name);
		return ok();
	}
	if (g->mode == PICTURE && words_list("pngblip jpegblip emfblip wmetafile dibitmap", name)) {
		g->kind = name;
		g->number = t->rtf.number;
		return ok();
	}
	gather_word(t);
	put_word(t, star);
	return ok();
}

/* Inside an object only \result matters, and it is an ordinary group then. */
static void take_silent_word(struct text *t)
{
	struct group *g = top(t), *parent = above(t);
	if (g->mode == OBJECT_PART && parent->mode == OBJECT && slice_is(t->rtf.text, "result") && !parent->resulted) {
		parent->resulted = true;
		g->mode = KEEP;
	}
}

static bool digits_from(struct text *t, struct slice bytes, bool written);

static struct result take_word(struct text *t)
{
	struct group *g = top(t);
	bool star = g->star;
	const char *what;
	g->star = false;
	if (silent(g)) {
		take_silent_word(t);
		return ok();
	}
	if (slice_is(t->rtf.text, "object")) {
		tell(t, "ole-object", t->rtf.text);
		g->taken |= g->mode != KEEP;
		g->mode = g->mode == KEEP ? OBJECT : g->mode;
		return ok();
	}
	if (slice_is(t->rtf.text, "bin") && g->mode == PICTURE) {
		digits_from(t, t->rtf.data, false);
		return ok();
	}
	switch (rtf_word_fate(t->rtf.text, &what)) {
	case RTF_PLAIN:
		return take_plain(t, star);
	case RTF_DESTINATION:
		return take_destination(t, star);
	case RTF_TAKEN:
		take_away(t, what);
		return ok();
	case RTF_UNKNOWN:
		break;
	}
	if (star)
		take_away(t, what);
	else
		tell(t, what, t->rtf.text);
	return ok();
}

/* ---- characters ---- */

static int digit_of(uint8_t c)
{
	return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
}

/* Halves of bytes, as they will be put together; false where there is something else. */
static bool digits_from(struct text *t, struct slice bytes, bool written)
{
	for (size_t i = 0; i < bytes.len; i++) {
		if (!written) {
			buffer_put_u8(&t->digits, bytes.at[i] >> 4);
			buffer_put_u8(&t->digits, bytes.at[i] & 15);
			continue;
		}
		int value = digit_of(bytes.at[i]);
		if (value < 0 && bytes.at[i] != ' ')
			return false;
		if (value >= 0)
			buffer_put_u8(&t->digits, (uint8_t)value);
	}
	return true;
}

static void take_run(struct text *t)
{
	struct group *g = top(t);
	struct slice text = t->rtf.text;
	if (g->mode == PICTURE) {
		if (!digits_from(t, text, true))
			g->kind = SLICE("");
		return;
	}
	size_t skipped = (size_t)t->skip < text.len ? (size_t)t->skip : text.len;
	t->skip -= (int32_t)skipped;
	gather(t, slice_part(text, skipped, text.len));
	put_text(t, text);
}

static struct result take_byte(struct text *t)
{
	uint8_t c = t->rtf.byte, next = t->rtf.pos < t->rtf.in.len ? t->rtf.in.at[t->rtf.pos] : 0;
	bool lead = (c >= 0x81 && c <= 0x9F) || (c >= 0xE0 && c <= 0xFC);
	bool control = !(top(t)->level && !t->rtf.raw) && (c == 0x7F || (c < ' ' && c != '\t' && c != '\n' && c != '\r'));
	struct group *g = top(t);
	char hex[8];
	if (t->rtf.raw && lead && (next == '\\' || next == '{' || next == '}'))
		return job_refuse(t->job, REFUSAL_AMBIGUOUS, place(t, t->rtf.from), "half a character before a brace or an escape");
	if (g->mode == PICTURE) {
		g->kind = SLICE("");
		return ok();
	}
	if (control) {
		tell(t, "control-character", slice_part(t->rtf.in, t->rtf.from, t->rtf.raw ? 0 : 4));
		return ok();
	}
	if (t->skip > 0)
		t->skip--;
	else
		gather(t, slice_of(c < 0x80 ? (char *)&c : "?", 1));
	snprintf(hex, sizeof hex, t->rtf.raw && c == '\t' ? "\t" : "\\'%02x", c);
	open_groups(t);
	t->word = false;
	buffer_put_str(t->out, hex);
	return ok();
}

static void take_symbol(struct text *t)
{
	uint8_t c = t->rtf.byte;
	struct group *g = top(t);
	if (c == '*') {
		g->star = !g->open;
		return;
	}
	if (c == '\n' || c == '\r') { /* \par, and the other half of the line end is one more line */
		open_groups(t);
		gather(t, SLICE(" "));
		buffer_put_str(t->out, "\\par ");
		t->word = false;
		return;
	}
	if (!memchr("~-_:|{}\\\t", c, 9)) {
		tell(t, "unknown-element", slice_part(t->rtf.in, t->rtf.from + 1, 0));
		return;
	}
	if (t->skip > 0)
		t->skip--;
	else if (c == '{' || c == '}' || c == '\\' || c == '\t')
		gather(t, slice_of(&c, 1));
	open_groups(t);
	t->word = false;
	buffer_put_u8(t->out, '\\');
	buffer_put_u8(t->out, c);
}

static void take_line(struct text *t)
{
	struct group *g = top(t);
	bool nothing_yet = !g->open || t->out->len == g->made + 1; /* as in a group of which all was taken */
	if (nothing_yet || g->mode == PICTURE)
		return;
	buffer_put_slice(t->out, t->rtf.text);
	t->word = false;
}

/* A star is followed by its word; anything else makes the group one nobody knows. */
static void lost_star(struct text *t)
{
	struct group *g = top(t);
	if (g->star && !silent(g)) {
		g->taken = true;
		g->lossy = true;
		job_drop(t->job, "unknown-element", place(t, t->rtf.from));
	}
	g->star = false;
}

static struct result take_token(struct text *t, struct why *why)
{
	enum rtf_kind kind = t->rtf.kind;
	if (kind == RTF_OPEN && t->depth)
		lost_star(t);
	if (kind == RTF_OPEN)
		return open_group(t);
	if (kind == RTF_CLOSE)
		return close_group(t, why);
	if (t->depth == 0)
		return job_refuse(t->job, REFUSAL_DAMAGED, place(t, t->rtf.from), "text outside of all groups");
	if (kind == RTF_WORD)
		return take_word(t);
	if (kind != RTF_LINE && !(kind == RTF_SYMBOL && t->rtf.byte == '*'))
		lost_star(t);
	if (silent(top(t)))
		return ok();
	if (kind == RTF_BYTE)
		return take_byte(t);
	if (kind == RTF_RUN)
		take_run(t);
	else if (kind == RTF_SYMBOL)
		take_symbol(t);
	else
		take_line(t);
	return ok();
}

static bool only_space(struct slice rest)
{
	for (size_t i = 0; i < rest.len; i++)
		if (rest.at[i] > ' ')
			return false;
	return true;
}

static struct result read_all(struct text *t, struct why *why)
{
	bool opened = rtf_next(&t->rtf) && t->rtf.kind == RTF_OPEN && rtf_next(&t->rtf) && t->rtf.kind == RTF_WORD;
	if (!opened || !slice_is(t->rtf.text, "rtf"))
		return job_refuse(t->job, REFUSAL_DAMAGED, "", "it does not begin with {\\rtf");
	t->rtf.pos = 0;
	do {
		if (!rtf_next(&t->rtf))
			break;
		TRY(take_token(t, why));
	} while (t->depth);
	if (t->rtf.fault)
		return job_refuse(t->job, REFUSAL_DAMAGED, place(t, t->rtf.pos), "%s", t->rtf.fault);
	if (t->depth)
		return job_refuse(t->job, REFUSAL_DAMAGED, place(t, t->rtf.pos), "%u groups are not closed", t->depth);
	struct slice rest = slice_part(t->rtf.in, t->rtf.pos, t->rtf.in.len);
	if (!only_space(rest))
		job_drop(t->job, "trailing-data", place(t, t->rtf.pos));
	return ok();
}

struct result rtf_rebuild(struct job *job, struct slice in, struct buffer *out, struct why *why)
{
	struct text *t = calloc(1, sizeof *t);
	if (!t)
		return job_memory(why);
	t->job = job;
	t->rtf.in = in;
	t->out = out;
	buffer_init(&t->gathered, GATHERED_MOST);
	buffer_init(&t->digits, (size_t)1 << 30);
	const char *ending = job->made_ending;
	struct result result = read_all(t, why);
	job->made_ending = ending;
	if (result.code == OK && !buffer_ok(&t->gathered))
		result = job_refuse(job, REFUSAL_LARGE, "", "field instructions or shape properties beyond the limit");
	buffer_done(&t->gathered);
	buffer_done(&t->digits);
	free(t);
	return result;
}
