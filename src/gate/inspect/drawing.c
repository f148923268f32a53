/* SVG, SYLK and mailboxes once more: libxml2 for the first, lines for the others. */
#include "gate/inspect/office.h"

#include "base/buffer.h"

/* ---- SVG ---- */

struct drawing {
	struct part_text seen;
	bool text;
};

static void on_element(struct part *part, struct slice name, const char *ns, const struct attribute *list, size_t count)
{
	struct drawing *d = part->user;
	static const char forbidden[] =
		"script handler foreignObject iframe animate animateColor animateMotion animateTransform set audio video feImage object embed";
	if (words_have(forbidden, name) || !ns || strcmp(ns, "http://www.w3.org/2000/svg") != 0)
		look_find(part->look, "drawing-element", "%.*s", SLICE_ARG(name));
	for (size_t i = 0; i < count; i++) {
		struct slice value = list[i].value;
		if (starts_nocase(list[i].name, "on") || slice_is(list[i].name, "base"))
			look_find(part->look, "action", "%.*s", SLICE_ARG(list[i].name));
		bool inside = (value.len && value.at[0] == '#') || starts_nocase(value, "data:image/png;base64,") || starts_nocase(value, "data:image/jpeg;base64,") ||
		              starts_nocase(value, "data:image/gif;base64,") || starts_nocase(value, "data:image/webp;base64,") || starts_nocase(value, "data:image/bmp;base64,") || starts_nocase(value, "data:image/tiff;base64,");
		if (slice_is(list[i].name, "href") && !inside && !(slice_is(name, "a") && link_safe(value)))
			look_find(part->look, "external-link", "%.*s %.*s", SLICE_ARG(name), SLICE_ARG(slice_part(value, 0, 60)));
		size_t url = slice_find(value, SLICE("url("));
		if (url != SIZE_MAX && !memchr("#'\"", url + 4 < value.len ? value.at[url + 4] : 0, 3))
			look_find(part->look, "external-link", "%.*s", SLICE_ARG(list[i].name));
	}
	d->text = words_have("text tspan textPath title desc", name);
}

static void on_text(struct part *part, struct slice text)
{
	struct drawing *d = part->user;
	if (d->text)
		part_text_add(&d->seen, text.at, text.len);
	else if (slice_find(text, SLICE("@import")) != SIZE_MAX)
		look_find(part->look, "style", "@import");
}

bool look_svg(struct look *look, enum inspect_type type, struct slice in)
{
	struct drawing d = {0};
	struct part part = {.look = look, .name = "drawing", .element = on_element, .text = on_text, .user = &d};
	(void)type;
	bool fine = xml_read(&part, in);
	look->report->pages = 1;
	look_text(look, &d.seen);
	return fine;
}

/* ---- SYLK ---- */

static void judge_record(struct look *look, struct slice line, unsigned number)
{
	bool cell = slice_starts(line, SLICE("C;"));
	if (slice_starts(line, SLICE("N")) || slice_starts(line, SLICE("O;")))
		look_find(look, "name", "line %u", number);
	for (size_t i = 0; cell && i + 1 < line.len; i++) {
		if (line.at[i] != ';')
			continue;
		if (line.at[i + 1] == ';')
			i++;
		else if (line.at[i + 1] == 'E' || line.at[i + 1] == 'S' || line.at[i + 1] == 'M')
			look_find(look, "formula", "line %u", number);
	}
}

bool look_sylk(struct look *look, enum inspect_type type, struct slice in)
{
	struct part_text seen = {0};
	unsigned number = 0;
	(void)type;
	if (!slice_starts(in, SLICE("ID;")))
		return look_unreadable(look, "no SYLK");
	for (size_t pos = 0; pos < in.len;) {
		struct slice rest = slice_part(in, pos, in.len);
		size_t end = slice_find(rest, SLICE("\n"));
		struct slice line = slice_part(rest, 0, end);
		while (line.len && line.at[line.len - 1] <= ' ')
			line.len--;
		pos = end == SIZE_MAX ? in.len : pos + end + 1;
		judge_record(look, line, ++number);
		size_t value = slice_starts(line, SLICE("C;")) ? slice_find(line, SLICE(";K")) : SIZE_MAX;
		if (value != SIZE_MAX)
			part_text_add(&seen, line.at + value, slice_find(slice_part(line, value + 1, line.len), SLICE(";")) == SIZE_MAX
			              ? line.len - value : slice_find(slice_part(line, value + 1, line.len), SLICE(";")) + 1);
	}
	look->report->pages = 1;
	look_text(look, &seen);
	return true;
}

/* ---- mailboxes ---- */

bool look_mbox(struct look *look, enum inspect_type type, struct slice in)
{
	static const char divider[] = "From - Thu Jan  1 00:00:00 1970\r\n";
	(void)type;
	for (size_t pos = 0; pos < in.len;) {
		struct slice rest = slice_part(in, pos, in.len);
		if (!slice_starts(rest, slice_str(divider)))
			return look_unreadable(look, "offset %zu: no mailbox of the gate", pos);
		rest = slice_part(rest, sizeof divider - 1, rest.len);
		size_t end = slice_find(rest, SLICE("\r\n\r\nFrom - "));
		end = end == SIZE_MAX ? rest.len - (rest.len > 1 ? 2 : 0) : end + 2;
		if (!look_inside(look, INSPECT_MAIL, SLICE("message"), slice_part(rest, 0, end)))
			return false;
		pos += sizeof divider - 1 + end + 2;
		look->report->pages++;
	}
	return look->report->pages > 0 || look_unreadable(look, "an empty mailbox");
}
