/* A locked 7z: the AES layer is taken off, what remains is an ordinary 7z.
 *
 * Members are decrypted in place of their packed streams and the header is
 * written anew without the AES coders, so that the one reader of archives judges
 * the rest.  The format has no check of a password: a header that does not
 * decode to its CRC, or data that does not unpack, counts as a wrong one.
 * source  7zFormat.txt; Methods.txt (06F10701 7zAES); rounds of SHA-256 by 2^n   */
#include "gate/file/lock_7z.h"
#include "gate/file/cipher.h"

#include "base/cursor.h"

#include <libdeflate.h>
#include <lzma.h>
#include <nettle/sha2.h>

enum { HEAD = 32, CODERS = 8, STREAMS = 16, FOLDERS_MOST = 10000, POWER_MOST = 22, PLAIN_KEY = 0x3F,
       HEADER_MOST = 64 << 20, DICTIONARY_MOST = 64 << 20, AES_KEY = 32, LAYERS = 4 };
enum { K_END = 0, K_HEADER = 1, K_MAIN = 4, K_PACK = 6, K_UNPACK = 7, K_SIZE = 9, K_CRC = 0x0A, K_FOLDER = 0x0B,
       K_UNPACK_SIZE = 0x0C, K_ENCODED = 0x17 };
static const uint64_t COPY = 0, LZMA1 = 0x030101, LZMA2 = 0x21, AES = 0x06F10701;

struct coder {
	uint64_t id;
	struct slice props;
	unsigned ins, outs;
};
struct pair {
	unsigned in, out;
};
struct folder {
	struct coder coders[CODERS];
	struct pair binds[STREAMS];
	unsigned packed[STREAMS]; /* in-indices that read a packed stream */
	uint64_t sizes[STREAMS];  /* of what each out-index gives */
	unsigned count, ins, outs, bind_count, packed_count;
};

/* StreamsInfo as far as the folders; the rest is copied as it stands. */
struct streams {
	uint64_t pack_pos, *pack_sizes, pack_count;
	struct folder *folders;
	uint64_t folder_count;
	struct slice digests; /* of the folders, with its id; empty for none */
	uint32_t crc;         /* the first folder's */
	bool has_crc;
};

struct seven {
	struct job *job;
	struct arena *arena;
	struct slice in, data;   /* data: what pack positions count from */
	struct slice key_for;    /* properties that `key` was made for */
	uint8_t key[AES_KEY];
	bool locked;
};

/* ---- reading ---- */

static uint64_t take_number(struct cursor *c)
{
	uint8_t first = cursor_take_u8(c);
	uint64_t value = 0;
	for (unsigned i = 0, mask = 0x80; i < 8; i++, mask >>= 1) {
		if (!(first & mask))
			return value | (uint64_t)(first & (mask - 1)) << 8 * i;
		value |= (uint64_t)cursor_take_u8(c) << 8 * i;
	}
	return value;
}

static uint64_t take_bounded(struct cursor *c, uint64_t most)
{
	uint64_t value = take_number(c);
	if (value > most) {
		cursor_fail(c);
		return 0;
	}
	return value;
}

static void take_coder(struct cursor *c, struct folder *f)
{
	struct coder *coder = &f->coders[f->count++];
	uint8_t flags = cursor_take_u8(c);
	for (unsigned i = 0; i < (flags & 0xFu); i++)
		coder->id = coder->id << 8 | cursor_take_u8(c);
	coder->ins = coder->outs = 1;
	if (flags & 0x10) {
		coder->ins = (unsigned)take_bounded(c, STREAMS);
		coder->outs = (unsigned)take_bounded(c, STREAMS);
	}
	if (flags & 0x20)
		coder->props = cursor_take(c, (size_t)take_bounded(c, 1 << 16));
	if ((flags & 0xC0) || (flags & 0xF) > 8 || f->ins + coder->ins > STREAMS || f->outs + coder->outs > STREAMS)
		cursor_fail(c);
	f->ins += coder->ins;
	f->outs += coder->outs;
}

static void take_folder(struct cursor *c, struct folder *f)
{
	unsigned count = (unsigned)take_bounded(c, CODERS);
	*f = (struct folder){0};
	for (unsigned i = 0; i < count && cursor_ok(c); i++)
		take_coder(c, f);
	if (!cursor_ok(c) || f->outs == 0 || f->ins + 1 < f->outs) {
		cursor_fail(c);
		return;
	}
	f->bind_count = f->outs - 1;
	f->packed_count = f->ins - f->bind_count;
	bool bound[STREAMS] = {false};
	for (unsigned i = 0; i < f->bind_count; i++) {
		f->binds[i].in = (unsigned)take_bounded(c, f->ins - 1);
		f->binds[i].out = (unsigned)take_bounded(c, f->outs - 1);
		bound[f->binds[i].in] = true;
	}
	for (unsigned i = 0; f->packed_count > 1 && i < f->packed_count; i++)
		f->packed[i] = (unsigned)take_bounded(c, f->ins - 1);
	for (unsigned i = 0; f->packed_count == 1 && i < f->ins; i++)
		if (!bound[i])
			f->packed[0] = i;
}

/* "All are defined", or a bit for each; then the CRCs. */
static void take_digests(struct cursor *c, uint64_t count, struct streams *s)
{
	size_t from = c->pos - 1;
	uint64_t defined = count;
	bool first = true;
	if (cursor_take_u8(c) == 0) {
		struct slice bits = cursor_take(c, (size_t)((count + 7) / 8));
		defined = 0;
		for (uint64_t i = 0; i < count && cursor_ok(c); i++)
			defined += bits.at[i / 8] >> (7 - i % 8) & 1u;
		first = count && cursor_ok(c) && bits.at[0] & 0x80;
	}
	struct slice crcs = cursor_take(c, (size_t)defined * 4);
	if (!cursor_ok(c) || !s)
		return;
	s->digests = slice_part(c->bytes, from, c->pos - from);
	s->has_crc = first && defined;
	for (unsigned i = 0; s->has_crc && i < 4; i++)
		s->crc |= (uint32_t)crcs.at[i] << 8 * i;
}

static void take_pack(struct cursor *c, struct streams *s, struct arena *arena)
{
	s->pack_pos = take_number(c);
	s->pack_count = take_bounded(c, FOLDERS_MOST);
	s->pack_sizes = ARENA_ARRAY(arena, (size_t)s->pack_count + 1, uint64_t);
	if (!s->pack_sizes)
		cursor_fail(c);
	for (uint8_t id; cursor_ok(c) && (id = cursor_take_u8(c)) != K_END;) {
		if (id == K_CRC)
			take_digests(c, s->pack_count, NULL);
		else if (id != K_SIZE)
			cursor_fail(c);
		for (uint64_t i = 0; id == K_SIZE && i < s->pack_count; i++)
			s->pack_sizes[i] = take_number(c);
	}
}

static void take_unpack(struct cursor *c, struct streams *s, struct arena *arena)
{
	bool folder = cursor_take_u8(c) == K_FOLDER;
	s->folder_count = take_bounded(c, FOLDERS_MOST);
	bool external = cursor_take_u8(c) != 0;
	s->folders = ARENA_ARRAY(arena, (size_t)s->folder_count + 1, struct folder);
	if (!folder || external || !s->folders)
		cursor_fail(c);
	for (uint64_t i = 0; cursor_ok(c) && i < s->folder_count; i++)
		take_folder(c, &s->folders[i]);
	if (cursor_take_u8(c) != K_UNPACK_SIZE)
		cursor_fail(c);
	for (uint64_t i = 0; cursor_ok(c) && i < s->folder_count; i++)
		for (unsigned k = 0; k < s->folders[i].outs; k++)
			s->folders[i].sizes[k] = take_number(c);
	uint8_t id = cursor_take_u8(c);
	if (cursor_ok(c) && id == K_CRC) {
		take_digests(c, s->folder_count, s);
		id = cursor_take_u8(c);
	}
	if (id != K_END)
		cursor_fail(c);
}

static bool take_streams(struct cursor *c, struct streams *s, struct arena *arena)
{
	*s = (struct streams){0};
	if (cursor_take_u8(c) != K_PACK)
		cursor_fail(c);
	if (cursor_ok(c))
		take_pack(c, s, arena);
	if (cursor_take_u8(c) != K_UNPACK)
		cursor_fail(c);
	if (cursor_ok(c))
		take_unpack(c, s, arena);
	uint64_t wanted = 0;
	for (uint64_t i = 0; cursor_ok(c) && i < s->folder_count; i++)
		wanted += s->folders[i].packed_count;
	return cursor_ok(c) && wanted <= s->pack_count;
}

/* ---- the AES layer ---- */

static int aes_of(const struct folder *f)
{
	for (unsigned i = 0; i < f->count; i++)
		if (f->coders[i].id == AES)
			return (int)i;
	return -1;
}

/* Salt, then the password, then the round: hashed 2^n times over. */
static void spin(struct slice salt, struct slice password, unsigned power, uint8_t key[AES_KEY])
{
	struct sha256_ctx sha;
	uint8_t number[8];
	sha256_init(&sha);
	for (uint64_t i = 0; i < (uint64_t)1 << power; i++) {
		for (unsigned k = 0; k < 8; k++)
			number[k] = (uint8_t)(i >> 8 * k);
		sha256_update(&sha, salt.len, salt.at);
		sha256_update(&sha, password.len, password.at);
		sha256_update(&sha, 8, number);
	}
	sha256_digest(&sha, AES_KEY, key);
}

static struct result make_key(struct seven *z, struct slice salt, unsigned power, struct slice props)
{
	struct secret AUTO(secret_wipe) secret;
	if (slice_equal(z->key_for, props))
		return ok();
	if (power > POWER_MOST && power != PLAIN_KEY)
		return job_refuse(z->job, REFUSAL_BOMB, "", "2^%u rounds for a password", power);
	if (!secret_make(z->job->password, SECRET_UTF16, &secret))
		return job_locked(z->job, "");
	if (power == PLAIN_KEY) {
		size_t from = salt.len < AES_KEY ? salt.len : AES_KEY, more = AES_KEY - from;
		memset(z->key, 0, AES_KEY);
		if (from)
			memcpy(z->key, salt.at, from);
		memcpy(z->key + from, secret.at, secret.len < more ? secret.len : more);
	} else {
		TRY(job_pay_work(z->job, (uint64_t)(salt.len + secret.len + 8) << power));
		spin(salt, secret_slice(&secret), power, z->key);
	}
	z->key_for = props;
	return ok();
}

static struct result open_aes(struct seven *z, const struct coder *coder, uint8_t *at, size_t len)
{
	struct cursor c = cursor_of(coder->props, NULL);
	uint8_t iv[AES_BLOCK] = {0}, first = cursor_take_u8(&c), second = 0;
	if (first & 0xC0)
		second = cursor_take_u8(&c);
	size_t salt_len = (first >> 7) + (size_t)(second >> 4), iv_len = (first >> 6 & 1) + (size_t)(second & 0xF);
	struct slice salt = cursor_take(&c, first & 0x80 ? salt_len : 0), vector = cursor_take(&c, first & 0x40 ? iv_len : 0);
	if (!cursor_ok(&c) || vector.len > AES_BLOCK || len % AES_BLOCK)
		return job_refuse(z->job, REFUSAL_DAMAGED, "", "an encryption that its properties do not describe");
	if (vector.len)
		memcpy(iv, vector.at, vector.len);
	if (!z->job->password.len)
		return job_locked(z->job, "");
	TRY(make_key(z, salt, first & 0x3F, coder->props));
	TRY(job_pay_work(z->job, len));
	return aes_cbc_open(slice_of(z->key, AES_KEY), iv, at, len) ? ok()
		: job_refuse(z->job, REFUSAL_DAMAGED, "", "not whole blocks");
}

/* Whether the coder reads this packed stream; the AES layer is always outermost. */
static int aes_on(const struct folder *f, unsigned in)
{
	for (unsigned i = 0, at = 0; i < f->count; at += f->coders[i++].ins)
		if (at == in && f->coders[i].id == AES && f->coders[i].ins == 1 && f->coders[i].outs == 1)
			return (int)i;
	return -1;
}

static unsigned out_of(const struct folder *f, unsigned coder)
{
	unsigned at = 0;
	for (unsigned i = 0; i < coder; i++)
		at += f->coders[i].outs;
	return at;
}

/* One packed stream of a folder into `out`, opened where it is locked. */
static struct result put_stream(struct seven *z, const struct folder *f, unsigned in, struct slice packed, struct buffer *out,
                                uint64_t *size)
{
	int coder = aes_on(f, in);
	TRY(job_pay_bytes(z->job, packed.len));
	uint8_t *at = buffer_reserve(out, packed.len + 1);
	if (!at)
		return job_memory(NULL);
	if (packed.len)
		memcpy(at, packed.at, packed.len);
	*size = packed.len;
	if (coder >= 0) {
		TRY(open_aes(z, &f->coders[coder], at, packed.len));
		*size = f->sizes[out_of(f, (unsigned)coder)];
		if (*size > packed.len)
			return job_refuse(z->job, REFUSAL_DAMAGED, "", "an encrypted stream shorter than it says");
	}
	buffer_commit(out, (size_t)*size);
	return ok();
}

/* ---- a header that is packed, too ---- */

static bool unpack_lzma(const struct coder *coder, struct slice in, uint8_t *to, size_t size)
{
	lzma_filter filters[2] = {{.id = coder->id == LZMA2 ? LZMA_FILTER_LZMA2 : LZMA_FILTER_LZMA1}, {.id = LZMA_VLI_UNKNOWN}};
	lzma_stream stream = LZMA_STREAM_INIT;
	bool small = lzma_properties_decode(&filters[0], NULL, coder->props.at, coder->props.len) == LZMA_OK &&
	             ((lzma_options_lzma *)filters[0].options)->dict_size <= DICTIONARY_MOST;
	bool made = small && lzma_raw_decoder(&stream, filters) == LZMA_OK;
	stream.next_in = in.at;
	stream.avail_in = in.len;
	stream.next_out = to;
	stream.avail_out = size;
	while (made && stream.avail_out > 0 && lzma_code(&stream, LZMA_RUN) == LZMA_OK && stream.avail_in > 0)
		;
	made = made && stream.avail_out == 0;
	lzma_end(&stream);
	free(filters[0].options);
	return made;
}

/* The header below one layer of packing; empty when it is packed in a way that only
 * the reader behind knows. */
static struct result unpack_header(struct seven *z, const struct streams *s, struct slice *header)
{
	const struct folder *f = &s->folders[0];
	int aes = f->count ? aes_of(f) : -1;
	const struct coder *rest = f->count == 2 ? &f->coders[aes == 0 ? 1 : 0] : f->count == 1 && aes < 0 ? &f->coders[0] : NULL;
	struct buffer AUTO(buffer_done) plain = {0};
	struct slice packed = slice_part(z->data, s->pack_pos, s->pack_sizes ? s->pack_sizes[0] : 0);
	*header = SLICE("");
	z->locked |= aes >= 0;
	bool known = s->folder_count == 1 && s->pack_count == 1 && f->packed_count == 1 && f->count <= 2 &&
	             (f->count == 1 || aes >= 0) && (!rest || rest->id == LZMA1 || rest->id == LZMA2 || rest->id == COPY);
	uint64_t size = rest ? f->sizes[out_of(f, (unsigned)(rest - f->coders))] : f->sizes[0], opened;
	if (!known || packed.len != s->pack_sizes[0] || size > HEADER_MOST)
		return z->locked ? job_refuse(z->job, REFUSAL_LOCKED, "", "an encrypted header packed in an unusual way") : ok();
	buffer_init(&plain, HEADER_MOST + AES_BLOCK);
	TRY(job_pay_bytes(z->job, size));
	uint8_t *to = arena_alloc(z->arena, (size_t)size + 1);
	if (!to)
		return job_memory(NULL);
	TRY(put_stream(z, f, f->packed[0], packed, &plain, &opened));
	bool made = rest && rest->id != COPY ? unpack_lzma(rest, buffer_slice(&plain), to, (size_t)size)
		: plain.len == size && (size == 0 || memcpy(to, plain.at, (size_t)size));
	if (made && s->has_crc)
		made = libdeflate_crc32(0, to, (size_t)size) == s->crc;
	if (made)
		*header = slice_of(to, (size_t)size);
	return made || aes < 0 ? ok() : job_locked(z->job, "");
}

/* ---- writing ---- */

static void put_number(struct buffer *out, uint64_t value)
{
	buffer_put_u8(out, 0xFF);
	buffer_put_le64(out, value);
}

static unsigned without(unsigned index, unsigned gone)
{
	return index - (index > gone);
}

/* The AES coder leaves the graph: who read from it reads the packed stream. */
static void drop_coder(struct folder *f, unsigned coder, unsigned in, unsigned out)
{
	unsigned reader = in, kept = 0;
	for (unsigned i = 0; i < f->bind_count; i++) {
		if (f->binds[i].out == out)
			reader = f->binds[i].in;
		else
			f->binds[kept++] = f->binds[i];
	}
	f->bind_count = kept;
	for (unsigned i = 0; i < f->bind_count; i++)
		f->binds[i] = (struct pair){without(f->binds[i].in, in), without(f->binds[i].out, out)};
	for (unsigned i = 0; i < f->packed_count; i++)
		f->packed[i] = without(f->packed[i] == in ? reader : f->packed[i], in);
	for (unsigned i = coder; i + 1 < f->count; i++)
		f->coders[i] = f->coders[i + 1];
	for (unsigned i = out; i + 1 < f->outs; i++)
		f->sizes[i] = f->sizes[i + 1];
	f->count--, f->ins--, f->outs--;
}

static bool strip(struct folder *f)
{
	for (unsigned p = 0; p < f->packed_count; p++) {
		int coder = aes_on(f, f->packed[p]);
		if (coder >= 0 && f->count > 1)
			drop_coder(f, (unsigned)coder, f->packed[p], out_of(f, (unsigned)coder));
		else if (coder >= 0)
			f->coders[0] = (struct coder){.id = COPY, .ins = 1, .outs = 1};
	}
	return aes_of(f) < 0;
}

static void put_coder(struct buffer *out, const struct coder *coder)
{
	bool complex = coder->ins != 1 || coder->outs != 1;
	unsigned id_len = coder->id > 0xFFFFFF ? 4 : coder->id > 0xFFFF ? 3 : coder->id > 0xFF ? 2 : 1;
	buffer_put_u8(out, (uint8_t)(id_len | (complex ? 0x10 : 0) | (coder->props.len ? 0x20 : 0)));
	for (unsigned i = id_len; i-- > 0;)
		buffer_put_u8(out, (uint8_t)(coder->id >> 8 * i));
	if (complex) {
		put_number(out, coder->ins);
		put_number(out, coder->outs);
	}
	if (coder->props.len) {
		put_number(out, coder->props.len);
		buffer_put_slice(out, coder->props);
	}
}

static void put_folder(struct buffer *out, const struct folder *f)
{
	put_number(out, f->count);
	for (unsigned i = 0; i < f->count; i++)
		put_coder(out, &f->coders[i]);
	for (unsigned i = 0; i < f->bind_count; i++) {
		put_number(out, f->binds[i].in);
		put_number(out, f->binds[i].out);
	}
	for (unsigned i = 0; f->packed_count > 1 && i < f->packed_count; i++)
		put_number(out, f->packed[i]);
}

static void put_header(struct buffer *out, const struct streams *s, const uint64_t *sizes, struct slice rest)
{
	buffer_put(out, "\x01\x04\x06", 3);
	put_number(out, 0);
	put_number(out, s->pack_count);
	buffer_put_u8(out, K_SIZE);
	for (uint64_t i = 0; i < s->pack_count; i++)
		put_number(out, sizes[i]);
	buffer_put(out, "\0\x07\x0B", 3);
	put_number(out, s->folder_count);
	buffer_put_u8(out, 0);
	for (uint64_t i = 0; i < s->folder_count; i++)
		put_folder(out, &s->folders[i]);
	buffer_put_u8(out, K_UNPACK_SIZE);
	for (uint64_t i = 0; i < s->folder_count; i++)
		for (unsigned k = 0; k < s->folders[i].outs; k++)
			put_number(out, s->folders[i].sizes[k]);
	buffer_put_slice(out, s->digests);
	buffer_put_u8(out, K_END);
	buffer_put_slice(out, rest);
}

static void put_start(struct buffer *out, uint64_t data_len, struct slice header)
{
	uint8_t start[20];
	uint64_t fields[2] = {data_len, header.len};
	uint32_t crc = libdeflate_crc32(0, header.at, header.len);
	for (unsigned i = 0; i < 16; i++)
		start[i] = (uint8_t)(fields[i / 8] >> 8 * (i % 8));
	for (unsigned i = 0; i < 4; i++)
		start[16 + i] = (uint8_t)(crc >> 8 * i);
	buffer_put(out, "7z\xBC\xAF\x27\x1C\0\4", 8);
	buffer_put_le32(out, libdeflate_crc32(0, start, sizeof start));
	buffer_put(out, start, sizeof start);
}

static struct result put_data(struct seven *z, struct streams *s, uint64_t *sizes, struct buffer *out)
{
	uint64_t at = s->pack_pos, stream = 0;
	for (uint64_t i = 0; i < s->folder_count; i++) {
		struct folder *f = &s->folders[i];
		for (unsigned p = 0; p < f->packed_count; p++, stream++) {
			struct slice packed = slice_part(z->data, at, s->pack_sizes[stream]);
			if (at > z->data.len || packed.len != s->pack_sizes[stream])
				return job_refuse(z->job, REFUSAL_DAMAGED, "", "a packed stream beyond the file");
			TRY(put_stream(z, f, f->packed[p], packed, out, &sizes[stream]));
			at += packed.len;
		}
		if (!strip(f))
			return job_refuse(z->job, REFUSAL_LOCKED, "", "encrypted in an unusual order");
	}
	s->pack_count = stream;
	return buffer_ok(out) ? ok() : job_memory(NULL);
}

static struct result write_plain(struct seven *z, struct streams *s, struct slice rest, struct buffer *out)
{
	struct buffer AUTO(buffer_done) data = {0}, AUTO(buffer_done) header = {0};
	uint64_t *sizes = ARENA_ARRAY(z->arena, (size_t)s->pack_count + 1, uint64_t);
	if (!sizes)
		return job_memory(NULL);
	buffer_init(&data, (size_t)1 << 30);
	buffer_init(&header, HEADER_MOST * 2);
	TRY(put_data(z, s, sizes, &data));
	put_header(&header, s, sizes, rest);
	if (!buffer_ok(&header))
		return job_memory(NULL);
	put_start(out, data.len, buffer_slice(&header));
	buffer_put_slice(out, buffer_slice(&data));
	buffer_put_slice(out, buffer_slice(&header));
	return buffer_ok(out) ? ok() : job_memory(NULL);
}

/* ---- from the beginning ---- */

static bool find_header(struct seven *z, struct slice *header)
{
	struct cursor c = cursor_of(z->in, NULL);
	bool begins = cursor_literal(&c, SLICE("7z\xBC\xAF\x27\x1C"));
	cursor_skip(&c, 6);
	uint64_t offset = cursor_take_le64(&c), size = cursor_take_le64(&c);
	if (!begins || !cursor_ok(&c))
		return false;
	cursor_skip(&c, 4);
	z->data = slice_part(z->in, HEAD, z->in.len);
	*header = slice_part(z->data, offset, size);
	return cursor_ok(&c) && offset <= z->data.len && header->len == size && size > 0;
}

static struct result look(struct seven *z, struct buffer *out)
{
	struct slice header;
	struct streams s;
	if (!find_header(z, &header))
		return ok(); /* the reader behind says what is wrong */
	for (int layer = 0; layer < LAYERS && header.len && header.at[0] == K_ENCODED; layer++) {
		struct cursor c = cursor_of(header, NULL);
		cursor_skip(&c, 1);
		if (!take_streams(&c, &s, z->arena) || s.folder_count != 1)
			return ok();
		TRY(unpack_header(z, &s, &header));
	}
	struct cursor c = cursor_of(header, NULL);
	bool plain = cursor_take_u8(&c) == K_HEADER && cursor_take_u8(&c) == K_MAIN && take_streams(&c, &s, z->arena);
	for (uint64_t i = 0; plain && i < s.folder_count; i++)
		z->locked |= aes_of(&s.folders[i]) >= 0;
	if (!z->locked)
		return ok();
	if (!plain)
		return job_refuse(z->job, REFUSAL_LOCKED, "", "encrypted, with an unusual header");
	return write_plain(z, &s, slice_part(header, c.pos, header.len), out);
}

struct result sevenzip_unlock(struct job *job, struct slice in, struct buffer *out, bool *opened)
{
	struct arena AUTO(arena_drop) *arena = arena_new((size_t)256 << 20);
	if (!arena)
		return job_memory(NULL);
	struct seven z = {.job = job, .arena = arena, .in = in};
	struct result done = look(&z, out);
	explicit_bzero(z.key, sizeof z.key);
	*opened = z.locked;
	return done;
}
