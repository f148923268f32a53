/* Presentations of PowerPoint 97-2003 once more: one edit, one directory, no
 * record that embeds, plays or runs, no click that does more than jump.
 * source  MS-PPT 2.3, 2.8, 2.13.24                                            */
#include "gate/inspect/compound.h"

enum { OBJECTS = 65536, LINK_SLOTS = 1 << 17 };

struct show {
	struct look *look;
	struct slice in;
	uint32_t *places;
	uint32_t count, document;
	uint32_t links[LINK_SLOTS]; /* the numbers of the links that are there, hashed; 0: none */
	unsigned link_count;
	unsigned slides;
	struct part_text seen;
};

static const struct {
	uint16_t first, last;
	const char *what;
} forbidden[] = {
	{0x3FF, 0x400, "vba"}, {0x7E4, 0x7E7, "media"}, {0xFCC, 0xFCE, "ole-object"}, {0xFEE, 0xFEE, "activex"},
	{0x1004, 0x1013, "media"}, {0xBC1, 0xBC1, "ole-object"}, {0xF125, 0xF145, "animation"},
	{0xFB8, 0xFB8, "embedded-font"}, {0x40E, 0x40E, "package"}, {0x423, 0x423, "package"},
	{0x427, 0x428, "package"}, {0x1389, 0x1389, "tags"}, {0x406, 0x406, "routing"},
	{0x3000, 0xEFFF, "unknown-record"}, {0xF180, 0xFFFF, "unknown-record"}, {0, 0x3E7, "unknown-record"},
};

/* Where a link's number stands, or would: any number but 0 may be one. */
static uint32_t *link_slot(struct show *s, uint32_t number)
{
	uint32_t at = number * 2654435761u >> 15;
	while (s->links[at] && s->links[at] != number)
		at = (at + 1) % LINK_SLOTS;
	return s->links + at;
}

static void note_link(struct show *s, uint32_t number)
{
	uint32_t *slot = link_slot(s, number);
	if (*slot || !number || s->link_count == LINK_SLOTS / 2)
		return;
	*slot = number;
	s->link_count++;
}

static void look_click(struct show *s, struct slice body)
{
	unsigned action = body.len > 8 ? body.at[8] : 0;
	if (action == 1 || action == 2 || action == 5 || action == 6)
		look_find(s->look, "action", "a click that runs %u", action);
	uint32_t link = le32(body, 4);
	if (action == 4 && (!link || *link_slot(s, link) != link))
		look_find(s->look, "unsafe-link", "a click to a link that is not there");
}

static void look_target(struct show *s, struct slice wide)
{
	char text[16] = "";
	for (size_t i = 0; i < 15 && i * 2 + 1 < wide.len; i++)
		text[i] = (char)wide.at[i * 2];
	if (!link_safe(slice_str(text)))
		look_find(s->look, "unsafe-link", "a link to %s", text);
}

static void look_tree(struct show *s, struct slice in, bool living)
{
	bool in_link = false;
	for (size_t pos = 0; pos + 8 <= in.len;) {
		unsigned head = le16(in, pos), type = le16(in, pos + 2);
		struct slice body = slice_part(in, pos + 8, le32(in, pos + 4));
		for (size_t i = 0; i < sizeof forbidden / sizeof forbidden[0]; i++)
			if (type >= forbidden[i].first && type <= forbidden[i].last)
				look_find(s->look, forbidden[i].what, "record %04X", type);
		if (type == 0xFF3)
			look_click(s, body);
		if (type == 0xFD3)
			note_link(s, le32(body, 0));
		if (type == 0x138A && !wide_has(slice_part(body, 8, 18), "___PPT"))
			look_find(s->look, "tags", "a tag of nobody");
		if (type == 0xFBA && in_link && head >> 4 == 1)
			look_target(s, body);
		if ((head & 15) == 15)
			in_link = type == 0xFD7;
		if (living && (type == 0xFA0 || type == 0xFA8))
			part_text_add(&s->seen, body.at, body.len);
		pos += 8 + ((head & 15) == 15 ? 0 : body.len);
	}
}

static bool read_edits(struct show *s, uint32_t at)
{
	unsigned edits = 0;
	for (; at && edits < 10000; edits++) {
		if (le16(s->in, at + 2u) != 0xFF5)
			return look_unreadable(s->look, "no edit record at %u", at);
		if (edits == 0)
			s->document = le32(s->in, at + 24u);
		size_t list = le32(s->in, at + 20u), end = list + 8 + le32(s->in, list + 4);
		for (size_t pos = list + 8; pos + 4 <= end && pos < s->in.len;) {
			uint32_t first = le32(s->in, pos) & 0xFFFFF, n = le32(s->in, pos) >> 20;
			pos += 4;
			for (uint32_t i = first; i < first + n && i < OBJECTS; i++, pos += 4) {
				if (!s->places[i])
					s->places[i] = le32(s->in, pos) + 1;
				s->count = i >= s->count ? i + 1 : s->count;
			}
		}
		uint32_t before = le32(s->in, at + 16u);
		at = before < at ? before : 0;
	}
	if (edits > 1)
		look_find(s->look, "old-edits", "%u edits", edits);
	return s->document && s->document < s->count && s->places[s->document];
}

static struct slice object(struct show *s, uint32_t number)
{
	if (number >= s->count || !s->places[number])
		return SLICE("");
	size_t at = s->places[number] - 1;
	return slice_part(s->in, at, 8 + (size_t)le32(s->in, at + 4));
}

/* Slides, notes and masters that the document lists. */
static void look_listed(struct show *s, struct slice document)
{
	look_tree(s, document, false);
	for (size_t pos = 0; pos + 8 <= document.len;) {
		unsigned head = le16(document, pos), type = le16(document, pos + 2);
		struct slice body = slice_part(document, pos + 8, le32(document, pos + 4));
		if (type == 0x3F3) {
			struct slice one = object(s, le32(body, 0));
			s->slides += le16(one, 2) == 0x3EE;
			look_tree(s, one, true);
		}
		if (type == 0xFA0 || type == 0xFA8)
			part_text_add(&s->seen, body.at, body.len);
		pos += 8 + ((head & 15) == 15 ? 0 : body.len);
	}
}

static bool look_show(struct show *s)
{
	static const char *const names[] = {"Current User", "PowerPoint Document", "Pictures", "\5SummaryInformation",
	                                    "\5DocumentSummaryInformation"};
	struct cfile f;
	struct slice user;
	s->places = ARENA_ARRAY(s->look->arena, OBJECTS, uint32_t);
	if (!s->places)
		return look_memory(s->look);
	if (!cfile_open(s->look, s->in, &f))
		return false;
	cfile_only(&f, names, 5);
	if (!cfile_read(&f, "Current User", &user) || !cfile_read(&f, "PowerPoint Document", &s->in))
		return look_unreadable(s->look, "no stream of a presentation");
	if (le32(user, 12) != 0xE391C05F || !read_edits(s, le32(user, 16)))
		return look_unreadable(s->look, "its edits cannot be followed");
	look_listed(s, object(s, s->document));
	art_look(s->look, s->in, "drawing");
	s->look->report->pages = s->slides;
	look_text(s->look, &s->seen);
	return true;
}

bool look_ppt(struct look *look, enum inspect_type type, struct slice in)
{
	struct show *s = ARENA_NEW(look->arena, struct show);
	(void)type;
	if (!s)
		return look_memory(look);
	s->look = look;
	s->in = in;
	return look_show(s);
}
