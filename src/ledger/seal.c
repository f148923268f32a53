/* The seal's judgement.  Everything it refuses it refuses with a reason; its
 * memory changes only after its state file has.                             */
#include "ledger/seal.h"

#include "base/cursor.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* The state is public: whoever verifies the ledger reads it. */
enum { STATE_MODE = 0644 };

/* ---- messages ------------------------------------------------------------ */

void seal_request_write(const struct seal_request *request, struct buffer *out)
{
	buffer_put_u8(out, (uint8_t)request->verb);
	if (request->verb == SEAL_LAST)
		return;
	buffer_put_be64(out, (uint64_t)request->old_size);
	buffer_put_be64(out, (uint64_t)request->size);
	buffer_put(out, request->root, sizeof request->root);
	size_t hashes = request->proof.len / SHA256_BYTES;
	buffer_put_u8(out, (uint8_t)(hashes >> 8));
	buffer_put_u8(out, (uint8_t)hashes);
	buffer_put_slice(out, request->proof);
}

static void read_sign(struct cursor *c, struct seal_request *out)
{
	uint64_t old_size = cursor_take_be64(c), size = cursor_take_be64(c);
	struct slice root = cursor_take(c, SHA256_BYTES);
	out->proof = cursor_take(c, (size_t)cursor_take_be16(c) * SHA256_BYTES);
	if (old_size >= (uint64_t)1 << 62 || size >= (uint64_t)1 << 62 ||
	    out->proof.len > MERKLE_PROOF_MAX)
		cursor_fail(c);
	if (!cursor_ok(c))
		return;
	out->old_size = (int64_t)old_size;
	out->size = (int64_t)size;
	memcpy(out->root, root.at, SHA256_BYTES);
}

struct result seal_request_read(struct slice bytes, struct seal_request *out, struct why *why)
{
	struct cursor c = cursor_of(bytes, NULL);
	struct seal_request read = {0};
	uint8_t verb = cursor_take_u8(&c);
	if (verb != SEAL_LAST && verb != SEAL_SIGN)
		return fail(why, E_INPUT, "request", "there is no such question");
	read.verb = (enum seal_verb)verb;
	if (read.verb == SEAL_SIGN)
		read_sign(&c, &read);
	if (!cursor_ok(&c) || cursor_left(&c) != 0)
		return fail(why, E_INPUT, "request", "the question is damaged");
	*out = read;
	return ok();
}

/* ---- key and state ------------------------------------------------------- */

static struct result create(const char *path, struct slice bytes, mode_t mode, struct why *why)
{
	AUTO(fd_close_drop) int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
	if (fd < 0)
		return fail(why, errno == EEXIST ? E_CONFLICT : E_SYSTEM, path, "cannot create it: %s",
		            strerror(errno));
	TRY(fd_write_all(fd, bytes, why));
	return fsync(fd) == 0 ? ok()
	                      : fail(why, E_SYSTEM, path, "cannot make it durable: %s", strerror(errno));
}

struct result seal_create(const char *key_file, const char *state_file, struct slice name,
                          const uint8_t seed[NOTE_SEED], struct note_key *out, struct why *why)
{
	struct note_signer signer;
	struct buffer line;
	if (sodium_init() < 0)
		return fail(why, E_SYSTEM, "", "libsodium does not start");
	TRY(note_signer_of(name, seed, &signer, why));
	if (access(key_file, F_OK) == 0)
		return fail(why, E_CONFLICT, key_file, "the key exists already");
	TRY(create(state_file, (struct slice){0}, STATE_MODE, why));
	buffer_init(&line, 1024);
	note_signer_write(&signer, &line);
	buffer_put_str(&line, "\n");
	struct result done = create(key_file, buffer_slice(&line), 0600, why);
	sodium_memzero(line.at, line.len);
	buffer_done(&line);
	sodium_memzero(signer.seed, sizeof signer.seed);
	if (done.code != OK)
		unlink(state_file);
	else
		*out = signer.key;
	return done;
}

static struct result check_private(const char *path, struct why *why)
{
	struct stat st;
	if (lstat(path, &st) < 0)
		return fail(why, errno == ENOENT ? E_ABSENT : E_SYSTEM, path, "cannot look at the key: %s",
		            strerror(errno));
	if (st.st_mode & 0077)
		return fail(why, E_DENIED, path, "others than its owner can read the key");
	return ok();
}

static struct result load_key(struct seal *seal, const char *path, struct arena *arena, struct why *why)
{
	struct slice text;
	TRY(check_private(path, why));
	TRY(file_read(path, 1024, arena, &text, why));
	while (text.len && text.at[text.len - 1] == '\n')
		text.len--;
	return note_signer_read(text, &seal->signer, why);
}

static struct result load_state(struct seal *seal, struct arena *arena, struct why *why)
{
	struct checkpoint last;
	struct slice note;
	TRY(file_read(seal->state, NOTE_MAX, arena, &note, why));
	merkle_empty(seal->root);
	if (note.len == 0)
		return ok();
	TRY(checkpoint_read(note, &last, why));
	TRY(checkpoint_signed_by(&last, &seal->signer.key, why));
	seal->size = last.size;
	memcpy(seal->root, last.root, sizeof seal->root);
	buffer_put_slice(&seal->note, note);
	return buffer_ok(&seal->note) ? ok() : fail(why, E_MEMORY, seal->state, "no memory for the state");
}

struct result seal_open(const char *key_file, const char *state_file, struct seal *out,
                        struct why *why)
{
	if (sodium_init() < 0)
		return fail(why, E_SYSTEM, "", "libsodium does not start");
	AUTO(arena_drop) struct arena *arena = arena_new(16384);
	if (!arena)
		return fail(why, E_MEMORY, key_file, "no memory for the seal");
	struct seal seal = {.state = state_file};
	buffer_init(&seal.note, NOTE_MAX);
	struct result done = load_key(&seal, key_file, arena, why);
	if (done.code == OK)
		done = load_state(&seal, arena, why);
	if (done.code == OK)
		*out = seal;
	else
		seal_done(&seal);
	return done;
}

void seal_done(struct seal *seal)
{
	buffer_done(&seal->note);
	sodium_memzero(seal, sizeof *seal);
}

/* ---- judgement ----------------------------------------------------------- */

static void say(struct buffer *answer, enum seal_status status, struct slice text)
{
	buffer_put_u8(answer, (uint8_t)status);
	buffer_put_slice(answer, text);
}

static struct result judge(const struct seal *seal, const struct seal_request *asked, struct why *why)
{
	if (asked->old_size != seal->size)
		return fail(why, E_CONFLICT, "", "the last signed size is %lld, not %lld",
		            (long long)seal->size, (long long)asked->old_size);
	if (asked->size < seal->size)
		return fail(why, E_TAMPERED, "", "a tree of %lld entries is smaller than the signed one of %lld",
		            (long long)asked->size, (long long)seal->size);
	if (!proof_consistency_holds(seal->size, asked->size, seal->root, asked->root, asked->proof))
		return fail(why, E_TAMPERED, "", "the tree of %lld entries does not extend the signed one of %lld",
		            (long long)asked->size, (long long)seal->size);
	return ok();
}

/* keep - sign, make durable, then remember */
static struct result keep(struct seal *seal, const struct seal_request *asked, struct why *why)
{
	struct buffer note;
	buffer_init(&note, NOTE_MAX);
	struct result done = note_sign(&seal->signer, asked->size, asked->root, &note, why);
	if (done.code == OK)
		done = file_write(seal->state, buffer_slice(&note), STATE_MODE, why);
	if (done.code != OK) {
		buffer_done(&note);
		return done;
	}
	buffer_done(&seal->note);
	seal->note = note;
	seal->size = asked->size;
	memcpy(seal->root, asked->root, sizeof seal->root);
	return ok();
}

static void sign(struct seal *seal, const struct seal_request *asked, struct buffer *answer)
{
	struct why why = {0};
	if (judge(seal, asked, &why).code != OK) {
		say(answer, SEAL_REFUSED, slice_str(why.text));
		return;
	}
	bool again = seal->note.len && asked->size == seal->size;
	if (!again && keep(seal, asked, &why).code != OK)
		say(answer, SEAL_FAILED, slice_str(why.text));
	else
		say(answer, SEAL_NOTE, buffer_slice(&seal->note));
}

void seal_answer(struct seal *seal, struct slice request, struct buffer *answer)
{
	struct why why = {0};
	struct seal_request asked;
	if (seal_request_read(request, &asked, &why).code != OK)
		say(answer, SEAL_REFUSED, slice_str(why.text));
	else if (asked.verb == SEAL_SIGN)
		sign(seal, &asked, answer);
	else
		say(answer, seal->note.len ? SEAL_NOTE : SEAL_NONE, buffer_slice(&seal->note));
}
