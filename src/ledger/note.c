/* Reading is by bounded lines; base64 is the strict one with padding, so that
 * a note has one spelling only.                                             */
#include "ledger/note.h"

#include "base/number.h"
#include "base/text.h"

#include <sodium.h>

enum {
	KEY_KIND_ED25519 = 1,
	SIGNATURE = 4 + crypto_sign_BYTES,
	BASE64_ROOM = 128, /* of the longest thing encoded here, 68 bytes */
};

/* ---- small readers ------------------------------------------------------- */

/* take_line - up to '\n', which must be there */
static bool take_line(struct slice *rest, struct slice *line)
{
	size_t end = slice_find(*rest, SLICE("\n"));
	if (end == SIZE_MAX)
		return false;
	*line = slice_part(*rest, 0, end);
	*rest = slice_part(*rest, end + 1, rest->len);
	return true;
}

static bool decode(struct slice text, uint8_t *out, size_t len)
{
	size_t have = 0;
	const char *end = NULL;
	return text.len && sodium_base642bin(out, len, (const char *)text.at, text.len, NULL, &have, &end,
	                                     sodium_base64_VARIANT_ORIGINAL) == 0 &&
	       have == len && end == (const char *)text.at + text.len;
}

static void encode(struct slice bytes, struct buffer *out)
{
	char text[BASE64_ROOM];
	sodium_bin2base64(text, sizeof text, bytes.at, bytes.len, sodium_base64_VARIANT_ORIGINAL);
	buffer_put_str(out, text);
}

/* A key's name: one visible word; '+' separates the parts of a key line. */
static bool name_fits(struct slice name)
{
	if (name.len == 0 || name.len > NOTE_NAME_MAX || !utf8_valid(name))
		return false;
	for (size_t i = 0; i < name.len; i++)
		if (name.at[i] <= ' ' || name.at[i] == 0x7f || name.at[i] == '+')
			return false;
	return true;
}

/* ---- checkpoints --------------------------------------------------------- */

/* The sizes of a tree are written without leading zeros. */
static bool read_size(struct slice line, int64_t *out)
{
	uint64_t size = 0;
	if (!number_parse_u64(line, &size) || size >= (uint64_t)1 << 62 ||
	    (line.len > 1 && line.at[0] == '0'))
		return false;
	*out = (int64_t)size;
	return true;
}

static bool split_text(struct slice note, struct checkpoint *out)
{
	size_t gap = slice_find(note, SLICE("\n\n"));
	if (gap == SIZE_MAX || note.len > NOTE_MAX || !utf8_valid(note))
		return false;
	out->text = slice_part(note, 0, gap + 1);
	out->signatures = slice_part(note, gap + 2, note.len);
	return slice_ends(note, SLICE("\n"));
}

struct result checkpoint_read(struct slice note, struct checkpoint *out, struct why *why)
{
	struct checkpoint read = {0};
	struct slice size = {0}, root = {0};
	if (!split_text(note, &read))
		return fail(why, E_INPUT, "checkpoint", "it is not a signed note");
	struct slice rest = read.text;
	if (!take_line(&rest, &read.origin) || read.origin.len == 0)
		return fail(why, E_INPUT, "checkpoint", "the origin is missing");
	if (!take_line(&rest, &size) || !read_size(size, &read.size))
		return fail(why, E_INPUT, "checkpoint", "the size is not a number");
	if (!take_line(&rest, &root) || !decode(root, read.root, sizeof read.root))
		return fail(why, E_INPUT, "checkpoint", "the root is not a hash");
	*out = read;
	return ok();
}

/* signature_line - "— name base64"; the signature's bytes, with its key hash */
static bool signature_line(struct slice line, struct slice *name, uint8_t out[SIGNATURE])
{
	const struct slice dash = SLICE("\xe2\x80\x94 ");
	if (!slice_starts(line, dash))
		return false;
	struct slice rest = slice_part(line, dash.len, line.len);
	size_t space = slice_find(rest, SLICE(" "));
	if (space == SIZE_MAX)
		return false;
	*name = slice_part(rest, 0, space);
	return decode(slice_part(rest, space + 1, rest.len), out, SIGNATURE);
}

struct result checkpoint_signed_by(const struct checkpoint *checkpoint, const struct note_key *key,
                                   struct why *why)
{
	struct slice rest = checkpoint->signatures, line, name;
	uint8_t signature[SIGNATURE];
	for (int i = 0; i < NOTE_SIGNATURES_MAX && take_line(&rest, &line); i++) {
		if (!signature_line(line, &name, signature) || !slice_is(name, key->name) ||
		    memcmp(signature, key->id, sizeof key->id) != 0)
			continue;
		if (crypto_sign_verify_detached(signature + 4, checkpoint->text.at, checkpoint->text.len,
		                                key->public_key) == 0)
			return ok();
		return fail(why, E_TAMPERED, "checkpoint", "the signature of %s does not hold", key->name);
	}
	return fail(why, E_TAMPERED, "checkpoint", "there is no signature of %s", key->name);
}

/* ---- keys ---------------------------------------------------------------- */

static void fill_id(struct note_key *key)
{
	uint8_t hash[SHA256_BYTES];
	struct slice parts[] = {slice_str(key->name), SLICE("\n\x01"),
	                        slice_of(key->public_key, sizeof key->public_key)};
	sha256_parts(parts, 3, hash);
	memcpy(key->id, hash, sizeof key->id);
}

/* key_parts - name, and 32 bytes of the algorithm Ed25519 */
static bool key_parts(struct slice line, struct slice *name, uint8_t id[4], uint8_t bytes[32])
{
	uint8_t kind_and_key[33];
	size_t first = slice_find(line, SLICE("+"));
	if (first == SIZE_MAX)
		return false;
	struct slice rest = slice_part(line, first + 1, line.len);
	*name = slice_part(line, 0, first);
	bool good = rest.len > 9 && rest.at[8] == '+' && hex_decode(slice_part(rest, 0, 8), id, 4) &&
	            decode(slice_part(rest, 9, rest.len), kind_and_key, sizeof kind_and_key) &&
	            kind_and_key[0] == KEY_KIND_ED25519 && name_fits(*name);
	if (good)
		memcpy(bytes, kind_and_key + 1, 32);
	sodium_memzero(kind_and_key, sizeof kind_and_key);
	return good;
}

static void write_parts(const struct note_key *key, const uint8_t bytes[32], struct buffer *out)
{
	char id[9];
	uint8_t kind_and_key[33] = {KEY_KIND_ED25519};
	hex_encode(key->id, sizeof key->id, id);
	memcpy(kind_and_key + 1, bytes, 32);
	buffer_printf(out, "%s+%s+", key->name, id);
	encode(slice_of(kind_and_key, sizeof kind_and_key), out);
	sodium_memzero(kind_and_key, sizeof kind_and_key);
}

struct result note_key_read(struct slice line, struct note_key *out, struct why *why)
{
	struct note_key key = {0};
	struct slice name;
	uint8_t id[4];
	if (!key_parts(line, &name, id, key.public_key))
		return fail(why, E_INPUT, "key", "it is not a verifier key of the form name+hash+base64");
	memcpy(key.name, name.at, name.len);
	fill_id(&key);
	if (memcmp(id, key.id, sizeof id) != 0)
		return fail(why, E_INPUT, "key", "the key's hash does not fit its name and bytes");
	*out = key;
	return ok();
}

void note_key_write(const struct note_key *key, struct buffer *out)
{
	write_parts(key, key->public_key, out);
}

struct result note_signer_of(struct slice name, const uint8_t seed[NOTE_SEED],
                             struct note_signer *out, struct why *why)
{
	struct note_signer signer = {0};
	uint8_t secret[crypto_sign_SECRETKEYBYTES];
	if (!name_fits(name))
		return fail(why, E_INPUT, "name", "a key's name is one word of at most %d bytes without '+'",
		            NOTE_NAME_MAX);
	memcpy(signer.key.name, name.at, name.len);
	memcpy(signer.seed, seed, NOTE_SEED);
	crypto_sign_seed_keypair(signer.key.public_key, secret, seed);
	sodium_memzero(secret, sizeof secret);
	fill_id(&signer.key);
	*out = signer;
	return ok();
}

static const char private_mark[] = "PRIVATE+KEY+";

struct result note_signer_read(struct slice line, struct note_signer *out, struct why *why)
{
	struct slice mark = slice_str(private_mark), name;
	uint8_t id[4], seed[NOTE_SEED];
	struct note_signer signer;
	if (!slice_starts(line, mark) ||
	    !key_parts(slice_part(line, mark.len, line.len), &name, id, seed))
		return fail(why, E_INPUT, "key", "it is not a signing key");
	struct result made = note_signer_of(name, seed, &signer, why);
	sodium_memzero(seed, sizeof seed);
	TRY(made);
	if (memcmp(id, signer.key.id, sizeof id) != 0)
		return fail(why, E_INPUT, "key", "the key's hash does not fit its name and bytes");
	*out = signer;
	return ok();
}

void note_signer_write(const struct note_signer *signer, struct buffer *out)
{
	buffer_put_str(out, private_mark);
	write_parts(&signer->key, signer->seed, out);
}

struct result note_sign(const struct note_signer *signer, int64_t size,
                        const uint8_t root[SHA256_BYTES], struct buffer *out, struct why *why)
{
	uint8_t secret[crypto_sign_SECRETKEYBYTES], unused[NOTE_PUBLIC], signature[SIGNATURE];
	size_t begin = out->len;
	buffer_printf(out, "%s\n%lld\n", signer->key.name, (long long)size);
	encode(slice_of(root, SHA256_BYTES), out);
	buffer_put_str(out, "\n");
	struct slice text = slice_part(buffer_slice(out), begin, out->len);
	memcpy(signature, signer->key.id, sizeof signer->key.id);
	crypto_sign_seed_keypair(unused, secret, signer->seed);
	crypto_sign_detached(signature + 4, NULL, text.at, text.len, secret);
	sodium_memzero(secret, sizeof secret);
	buffer_printf(out, "\n\xe2\x80\x94 %s ", signer->key.name);
	encode(slice_of(signature, sizeof signature), out);
	buffer_put_str(out, "\n");
	return buffer_ok(out) ? ok() : fail(why, E_MEMORY, "checkpoint", "no memory for the note");
}
