/* The structure of a message: headers, parts, transfer encodings.
 *
 * Open multiparts stand on a stack of explicit depth; a line that begins with the
 * delimiter of any of them is that delimiter, or the message is ambiguous.
 * source  RFC 5322 section 2.2, RFC 2045, RFC 2046 section 5.1                 */
#include "gate/mail/room.h"

#include "base/text.h"

static const char *const kept[] = {"From", "Sender", "Reply-To", "To", "Cc", "Date", "Subject", "Message-ID",
                                   "In-Reply-To", "References"};
enum { KEPT = sizeof kept / sizeof kept[0], HEADERS_MOST = 2000 };

struct reading {
	struct arena *arena;
	struct mail *mail;
	enum mail_fault fault;
	unsigned parts;
	const char *kept[KEPT];
};

static bool stop(struct reading *r, enum mail_fault fault, const char *reason)
{
	if (r->fault == MAIL_FINE) {
		r->fault = fault;
		r->mail->reason = reason;
	}
	return false;
}

static bool no_memory(struct reading *r)
{
	return stop(r, MAIL_MEMORY, "no memory");
}

/* A line and its end; CR alone ends none. */
static struct slice take_line(struct slice in, size_t *pos)
{
	size_t from = *pos, end = from;
	while (end < in.len && in.at[end] != '\n')
		end++;
	*pos = end + (end < in.len);
	return slice_part(in, from, end - from - (end > from && in.at[end - 1] == '\r'));
}

/* ---- headers ---- */

struct fields {
	struct slice type, encoding, disposition, id, location;
	unsigned types, encodings, dispositions;
	bool version;
};

/* Eight-bit letters of no charset that was named: what is plain of it, for an
 * address is plain, and a mark for each of the others.                       */
static void put_ascii(struct slice value, struct buffer *out)
{
	for (size_t i = 0; i < value.len; i++)
		if (value.at[i] < 0x80)
			buffer_put_u8(out, value.at[i]);
		else
			utf8_put(out, 0xFFFD);
}

static bool take_kept(struct reading *r, unsigned which, struct slice value)
{
	struct buffer AUTO(buffer_done) text = {0}, plain = {0};
	buffer_init(&text, 1 << 20);
	buffer_init(&plain, 1 << 20);
	if (!mail_words(value, &text)) {
		buffer_clear(&text);
		if (!mail_text(value, "cp932", &text)) {
			buffer_clear(&text);
			put_ascii(value, &text);
		}
	}
	if (!mail_text(buffer_slice(&text), "utf-8", &plain))
		return stop(r, MAIL_CHARSET, "a header that is not text");
	struct slice all = buffer_slice(&plain);
	for (size_t i = 0; i < all.len; i++)
		plain.at[i] = plain.at[i] < ' ' ? ' ' : plain.at[i];
	while (all.len && all.at[0] == ' ')
		all = slice_part(all, 1, all.len);
	while (all.len && all.at[all.len - 1] == ' ')
		all.len--;
	if (r->kept[which]) /* the same once more says nothing more */
		return slice_is(all, r->kept[which]) ||
		       stop(r, MAIL_AMBIGUOUS, arena_printf(r->arena, "two headers %s", kept[which]));
	r->kept[which] = arena_string(r->arena, all);
	return r->kept[which] || no_memory(r);
}

static bool take_header(struct reading *r, struct slice name, struct slice value, bool top, struct fields *f)
{
	struct {
		const char *name;
		struct slice *to;
		unsigned *count;
	} mime[] = {{"Content-Type", &f->type, &f->types}, {"Content-Transfer-Encoding", &f->encoding, &f->encodings},
	            {"Content-Disposition", &f->disposition, &f->dispositions}};
	for (size_t i = 0; i < 3; i++)
		if (slice_equal_nocase(name, slice_str(mime[i].name))) {
			bool again = *mime[i].count && slice_equal(*mime[i].to, value);
			*mime[i].to = value;
			if (++*mime[i].count > 1 && !again)
				return stop(r, MAIL_AMBIGUOUS, arena_printf(r->arena, "two headers %s", mime[i].name));
		}
	f->version |= slice_equal_nocase(name, SLICE("MIME-Version"));
	if (slice_equal_nocase(name, SLICE("Content-ID")))
		f->id = value; /* given twice, the last: it only finds pictures of a page */
	if (slice_equal_nocase(name, SLICE("Content-Location")))
		f->location = value;
	for (unsigned i = 0; top && i < KEPT; i++)
		if (slice_equal_nocase(name, slice_str(kept[i])))
			return take_kept(r, i, value);
	return true;
}

static bool name_fine(struct slice name)
{
	for (size_t i = 0; i < name.len; i++)
		if (name.at[i] <= ' ' || name.at[i] >= 0x7F)
			return false;
	return name.len > 0;
}

static bool bytes_fine(struct slice line)
{
	for (size_t i = 0; i < line.len; i++)
		if (line.at[i] == 0 || line.at[i] == '\r')
			return false;
	return true;
}

/* Headers up to the empty line; a folded one is one value. */
static bool read_headers(struct reading *r, struct slice in, size_t *pos, bool top, struct fields *f)
{
	for (unsigned count = 0; *pos < in.len; count++) {
		size_t from = *pos;
		struct slice line = take_line(in, pos);
		if (line.len == 0)
			return true;
		if (!bytes_fine(line))
			return stop(r, MAIL_AMBIGUOUS, "a control character in a header");
		while (*pos < in.len && (in.at[*pos] == ' ' || in.at[*pos] == '\t')) {
			struct slice more = take_line(in, pos);
			if (!bytes_fine(more))
				return stop(r, MAIL_AMBIGUOUS, "a control character in a header");
			line = slice_part(in, from, (size_t)(more.at + more.len - (in.at + from)));
		}
		size_t colon = slice_find(line, SLICE(":"));
		if (top && count == 0 && slice_starts(line, SLICE("From ")))
			continue; /* of a mailbox file */
		if (colon == SIZE_MAX || !name_fine(slice_part(line, 0, colon)) || count > HEADERS_MOST)
			return stop(r, top && count == 0 ? MAIL_DAMAGED : MAIL_AMBIGUOUS, "a line among the headers that is none");
		if (!take_header(r, slice_part(line, 0, colon), slice_part(line, colon + 1, line.len), top, f))
			return false;
	}
	return true;
}

/* ---- parts ---- */

static const char *lower_copy(struct arena *arena, struct slice text)
{
	char *copy = arena_string(arena, text);
	for (char *at = copy; at && *at; at++)
		*at = *at >= 'A' && *at <= 'Z' ? (char)(*at + 32) : *at;
	return copy;
}

/* Without the white space around, and without these marks. */
static const char *trimmed_copy(struct arena *arena, struct slice text, const char *marks)
{
	while (text.len && (text.at[0] <= ' ' || strchr(marks, text.at[0])))
		text = slice_part(text, 1, text.len);
	while (text.len && (text.at[text.len - 1] <= ' ' || strchr(marks, text.at[text.len - 1])))
		text.len--;
	return arena_string(arena, text);
}

static bool ambiguous(struct reading *r, const char *header, const char *fault)
{
	return stop(r, MAIL_AMBIGUOUS, arena_printf(r->arena, "%s: %s", header, fault));
}

static bool same_ending(struct slice a, struct slice b)
{
	char x[16], y[16];
	name_ending(a, x);
	name_ending(b, y);
	return strcmp(x, y) == 0;
}

/* Name by Content-Disposition, else by Content-Type; two that differ in kind are two. */
static bool take_name(struct reading *r, const struct mail_field *type, const struct mail_field *how,
                      struct mail_part *part)
{
	const struct mail_parameter *name = mail_parameter(type, "name"), *file = mail_parameter(how, "filename");
	if (name && file && !slice_equal(name->value, file->value) && !same_ending(name->value, file->value))
		return stop(r, MAIL_AMBIGUOUS, "a part with two names");
	const struct mail_parameter *use = file ? file : name;
	part->name = use ? arena_string(r->arena, use->value) : "";
	return part->name || no_memory(r);
}

static bool boundary_fine(struct slice b)
{
	for (size_t i = 0; i < b.len; i++) {
		uint8_t c = b.at[i];
		bool word = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
		if (!word && (c == 0 || !strchr("'()+_,-./:=? @#$%&*!~^{}|", c) /* more than RFC 2046 lists: all read these alike */))
			return false;
	}
	return b.len > 0 && b.len <= 70 && b.at[b.len - 1] != ' ';
}

struct described {
	struct mail_part *part;
	struct slice boundary; /* of a multipart */
	const char *encoding;
};

static bool type_fine(const char *type)
{
	const char *slash = strchr(type, '/');
	return slash && slash != type && slash[1] && !strchr(slash + 1, '/') && strlen(type) < 128;
}

/* Spellings that old programs write and every other one takes for the usual. */
static const char *usual_encoding(const char *word)
{
	return word && strcmp(word, "7-bit") == 0 ? "7bit" : word && strcmp(word, "8-bit") == 0 ? "8bit" : word;
}

static bool describe(struct reading *r, const struct fields *f, struct described *d)
{
	struct mail_field type, how;
	const char *fault = mail_field(f->types ? f->type : SLICE("text/plain"), r->arena, &type);
	if (fault)
		return ambiguous(r, "Content-Type", fault);
	fault = mail_field(f->dispositions ? f->disposition : SLICE("inline"), r->arena, &how);
	if (fault)
		return ambiguous(r, "Content-Disposition", fault);
	struct mail_part *part = d->part = ARENA_NEW(r->arena, struct mail_part);
	if (!part || ++r->parts > MAIL_PARTS)
		return part ? stop(r, MAIL_DEEP, "too many parts") : no_memory(r);
	const struct mail_parameter *charset = mail_parameter(&type, "charset"), *b = mail_parameter(&type, "boundary");
	part->type = lower_copy(r->arena, type.value);
	part->charset = charset ? lower_copy(r->arena, charset->value) : "";
	struct mail_field encoding;
	fault = mail_field(f->encodings ? f->encoding : SLICE("7bit"), r->arena, &encoding);
	d->encoding = usual_encoding(lower_copy(r->arena, encoding.value));
	part->id = trimmed_copy(r->arena, f->id, "<>");
	part->location = trimmed_copy(r->arena, f->location, "");
	if (!part->type || !part->charset || !d->encoding || !part->id || !part->location)
		return no_memory(r);
	if (fault || encoding.count)
		return ambiguous(r, "Content-Transfer-Encoding", fault ? fault : "it has parameters");
	if (!type_fine(part->type))
		return ambiguous(r, "Content-Type", "it names no type");
	part->attached = slice_equal_nocase(how.value, SLICE("attachment"));
	d->boundary = SLICE("");
	if (strncmp(part->type, "multipart/", 10) == 0) {
		if (!b || !boundary_fine(b->value))
			return ambiguous(r, "Content-Type", "a multipart without a sound boundary");
		d->boundary = b->value;
	}
	return take_name(r, &type, &how, part);
}

static bool decode(struct reading *r, const char *encoding, struct slice body, struct mail_part *part)
{
	struct buffer AUTO(buffer_done) made = {0};
	bool fine = true;
	buffer_init(&made, (size_t)1 << 30);
	if (strcmp(encoding, "base64") == 0)
		fine = mail_base64(body, &made);
	else if (strcmp(encoding, "quoted-printable") == 0)
		fine = mail_quoted(body, false, &made);
	else if (strcmp(encoding, "7bit") == 0 || strcmp(encoding, "8bit") == 0 || strcmp(encoding, "binary") == 0)
		buffer_put_slice(&made, body);
	else
		return stop(r, MAIL_AMBIGUOUS, "a transfer encoding that nobody knows");
	if (!fine)
		return stop(r, MAIL_AMBIGUOUS, arena_printf(r->arena, "broken %s", encoding));
	part->content = arena_copy(r->arena, buffer_slice(&made));
	return part->content.at || no_memory(r);
}

static bool finish_leaf(struct reading *r, const struct described *d, struct slice body)
{
	static const char *const elsewhere[] = {"message/partial", "message/external-body"};
	static const char *const sealed[] = {"application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp-encrypted"};
	for (size_t i = 0; i < 2; i++)
		if (strcmp(d->part->type, elsewhere[i]) == 0)
			return stop(r, MAIL_FORBIDDEN, "a message in pieces, or one that lies elsewhere");
	for (size_t i = 0; i < 3; i++)
		if (strcmp(d->part->type, sealed[i]) == 0)
			return stop(r, MAIL_ENCRYPTED, "an encrypted message");
	bool identity = strcmp(d->encoding, "base64") && strcmp(d->encoding, "quoted-printable");
	if (strncmp(d->part->type, "message/", 8) == 0 && !identity)
		return stop(r, MAIL_AMBIGUOUS, "a message inside that is encoded");
	return decode(r, d->encoding, body, d->part);
}

/* ---- multiparts ---- */

struct open_part {
	struct mail_part *part, **tail;
	struct slice boundary;
	bool seen;   /* its first delimiter */
};

enum mark { MARK_NONE, MARK_NEXT, MARK_END, MARK_BROKEN };

static enum mark mark_of(struct slice line, struct slice boundary)
{
	if (line.len < boundary.len + 2 || line.at[0] != '-' || line.at[1] != '-' ||
	    !slice_starts(slice_part(line, 2, line.len), boundary))
		return MARK_NONE;
	struct slice rest = slice_part(line, 2 + boundary.len, line.len);
	bool end = slice_starts(rest, SLICE("--"));
	for (size_t i = end ? 2 : 0; i < rest.len; i++)
		if (rest.at[i] != ' ' && rest.at[i] != '\t')
			return MARK_BROKEN;
	return end ? MARK_END : MARK_NEXT;
}

struct scan {
	struct open_part open[MAIL_DEPTH];
	unsigned depth;
};

/* Which open multipart a line delimits; the innermost is asked first. */
static enum mark find_mark(const struct scan *s, struct slice line, unsigned *level)
{
	for (unsigned i = s->depth; i-- > 0;) {
		enum mark mark = mark_of(line, s->open[i].boundary);
		*level = i;
		if (mark != MARK_NONE)
			return mark;
	}
	return MARK_NONE;
}

static bool open_multipart(struct reading *r, struct scan *s, const struct described *d)
{
	if (s->depth == MAIL_DEPTH)
		return stop(r, MAIL_DEEP, "parts nested too deep");
	if (strcmp(d->encoding, "base64") == 0 || strcmp(d->encoding, "quoted-printable") == 0)
		return stop(r, MAIL_AMBIGUOUS, "a multipart that is encoded");
	if (strcmp(d->part->type, "multipart/encrypted") == 0)
		return stop(r, MAIL_ENCRYPTED, "an encrypted message");
	for (unsigned i = 0; i < s->depth; i++)
		if (slice_starts(s->open[i].boundary, d->boundary) || slice_starts(d->boundary, s->open[i].boundary))
			return stop(r, MAIL_AMBIGUOUS, "one boundary begins with another");
	s->open[s->depth++] = (struct open_part){d->part, &d->part->first, d->boundary, false};
	r->mail->signature |= strcmp(d->part->type, "multipart/signed") == 0;
	return true;
}

static void note_text(struct reading *r, struct slice text, bool preamble)
{
	for (size_t i = 0; !preamble && i < text.len; i++)
		r->mail->dropped_text |= text.at[i] > ' ';
}

/* From a place within an open multipart up to its next delimiter. */
static bool next_mark(struct reading *r, const struct scan *s, struct slice in, size_t *pos, struct slice *body,
                      enum mark *mark)
{
	size_t from = *pos;
	while (*pos < in.len) {
		size_t line_at = *pos;
		unsigned level;
		*mark = find_mark(s, take_line(in, pos), &level);
		if (*mark == MARK_NONE)
			continue;
		if (*mark == MARK_BROKEN || level + 1 != s->depth)
			return stop(r, MAIL_AMBIGUOUS, "a delimiter that is none, or of another part");
		size_t end = line_at;
		end -= end > from && in.at[end - 1] == '\n';
		end -= end > from && in.at[end - 1] == '\r';
		*body = slice_part(in, from, end - from);
		return true;
	}
	/* The end of the message ends what is open, once each has begun (RFC 2046 section
	 * 5.1.1 wants a last delimiter; all readers do without).                     */
	if (!s->open[s->depth - 1].seen)
		return stop(r, MAIL_AMBIGUOUS, "a multipart that does not begin");
	*body = slice_part(in, from, in.len);
	*mark = MARK_END;
	return true;
}

/* One part behind a delimiter: a leaf with its body, or a multipart that opens. */
static bool take_part(struct reading *r, struct scan *s, struct slice in, size_t *pos, enum mark *mark)
{
	struct fields f = {0};
	struct described d;
	struct slice body;
	struct open_part *parent = &s->open[s->depth - 1];
	if (!read_headers(r, in, pos, false, &f) || !describe(r, &f, &d))
		return false;
	if (*pos >= in.len)
		return stop(r, MAIL_AMBIGUOUS, "a multipart that ends within the headers of a part");
	*parent->tail = d.part;
	parent->tail = &d.part->next;
	if (d.boundary.len)
		return *mark = MARK_NONE, open_multipart(r, s, &d);
	return next_mark(r, s, in, pos, &body, mark) && finish_leaf(r, &d, body);
}

static bool read_parts(struct reading *r, struct slice in, size_t pos, const struct described *top)
{
	struct scan s = {0};
	enum mark mark = MARK_NONE;
	struct slice between;
	if (!open_multipart(r, &s, top))
		return false;
	while (s.depth) {
		if (mark == MARK_NONE) {
			if (!next_mark(r, &s, in, &pos, &between, &mark))
				return false;
			note_text(r, between, !s.open[s.depth - 1].seen);
			s.open[s.depth - 1].seen = true;
		}
		if (mark == MARK_NEXT) {
			if (!take_part(r, &s, in, &pos, &mark))
				return false;
		} else if (mark == MARK_END) {
			if (!s.open[--s.depth].part->first)
				return stop(r, MAIL_AMBIGUOUS, "a multipart without parts");
			mark = MARK_NONE;
		}
	}
	note_text(r, slice_part(in, pos, in.len), false);
	return true;
}

static bool put_kept(struct reading *r)
{
	struct mail_header **tail = &r->mail->headers;
	for (unsigned i = 0; i < KEPT; i++) {
		if (!r->kept[i])
			continue;
		struct mail_header *h = ARENA_NEW(r->arena, struct mail_header);
		if (!h)
			return no_memory(r);
		h->name = kept[i];
		h->value = r->kept[i];
		*tail = h;
		tail = &h->next;
	}
	return true;
}

enum mail_fault mail_read(struct slice in, struct arena *arena, struct mail *out)
{
	struct reading r = {.arena = arena, .mail = out};
	struct fields f = {0};
	struct described d;
	size_t pos = 0;
	*out = (struct mail){.reason = ""};
	if (!read_headers(&r, in, &pos, true, &f) || !describe(&r, &f, &d) || !put_kept(&r))
		return r.fault;
	out->root = d.part;
	if (!r.mail->headers && !f.types && !f.version)
		stop(&r, MAIL_DAMAGED, "it has no header of a message");
	else if (d.boundary.len)
		read_parts(&r, in, pos, &d);
	else
		finish_leaf(&r, &d, slice_part(in, pos, in.len));
	return r.fault;
}
