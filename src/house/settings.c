/* sekisho.conf, and where things lie. */
#include "house/house.h"

#include "base/file.h"
#include "base/number.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CONF_BYTES = 65536 };

static struct slice trim(struct slice s)
{
	while (s.len && strchr(" \t\r", s.at[0]))
		s = slice_part(s, 1, s.len);
	while (s.len && strchr(" \t\r", s.at[s.len - 1]))
		s.len--;
	return s;
}

static bool next_line(struct slice *text, struct slice *line)
{
	if (text->len == 0)
		return false;
	size_t end = slice_find(*text, SLICE("\n"));
	*line = slice_part(*text, 0, end);
	*text = slice_part(*text, end == SIZE_MAX ? text->len : end + 1, text->len);
	return true;
}

static const char *below(struct arena *arena, const char *dir, const char *name)
{
	return name[0] == '/' || name[0] == 0 ? arena_string(arena, slice_str(name))
	                                      : arena_printf(arena, "%s/%s", dir, name);
}

static struct result take(struct house_settings *out, struct slice name, const char *value,
                          struct arena *arena, const char *place, struct why *why)
{
	const struct {
		const char *name;
		const char **to;
		bool path;
	} known[] = {
		{"body", &out->body, false},     {"title", &out->title, false},
		{"policy", &out->policy, false}, {"origin", &out->origin, false},
		{"outer", &out->outer, false},   {"inner", &out->inner, false},
		{"clamd", &out->clamd, true},    {"clamd_config", &out->clamd_config, true},
		{"clock", &out->clock, true},    {"mail_server", &out->mail_server, false},
		{"mail_from", &out->mail_from, false},   {"mail_domain", &out->mail_domain, false},
		{"mail_link", &out->mail_link, false},   {"reuse_judgements", &out->reuse_judgements, false},
		{"page_dpi", &out->page_dpi_text, false},
	};
	if (slice_is(name, "folder")) {
		if (out->folder_count == sizeof out->folders / sizeof *out->folders)
			return fail(why, E_LIMIT, place, "too many folders");
		out->folders[out->folder_count++] = below(arena, out->dir, value);
		return ok();
	}
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (slice_is(name, known[i].name)) {
			*known[i].to = known[i].path ? below(arena, out->dir, value) : value;
			return ok();
		}
	return fail(why, E_INPUT, place, "unknown setting \"%.*s\"", SLICE_ARG(name));
}

static struct result read_lines(struct slice text, struct arena *arena, struct house_settings *out,
                                struct why *why)
{
	struct slice line;
	for (int number = 1; next_line(&text, &line); number++) {
		char place[64];
		snprintf(place, sizeof place, "sekisho.conf:%d", number);
		line = trim(line);
		if (line.len == 0 || line.at[0] == '#')
			continue;
		size_t equals = slice_find(line, SLICE("="));
		if (equals == SIZE_MAX)
			return fail(why, E_INPUT, place, "a line is \"name = value\"");
		struct slice value = trim(slice_part(line, equals + 1, line.len));
		const char *copy = arena_string(arena, value);
		if (!copy)
			return fail(why, E_MEMORY, place, "no memory");
		TRY(take(out, trim(slice_part(line, 0, equals)), copy, arena, place, why));
	}
	return ok();
}

static struct result need_all(struct house_settings *s, struct why *why)
{
	const struct {
		const char *name, *value;
	} needed[] = {{"body", s->body},     {"title", s->title},  {"policy", s->policy},
	              {"origin", s->origin}, {"outer", s->outer},  {"inner", s->inner},
	              {"clamd", s->clamd}};
	for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
		if (!needed[i].value[0])
			return fail(why, E_INPUT, "sekisho.conf", "\"%s\" is not set", needed[i].name);
	if (strcmp(s->reuse_judgements, "yes") != 0 && strcmp(s->reuse_judgements, "no") != 0)
		return fail(why, E_INPUT, "sekisho.conf", "\"reuse_judgements\" is yes or no");
	uint64_t dpi = 0;
	if (!number_parse_u64(slice_str(s->page_dpi_text), &dpi) || dpi < 72 || dpi > 600)
		return fail(why, E_INPUT, "sekisho.conf", "\"page_dpi\" is a number from 72 to 600");
	s->page_dpi = (uint32_t)dpi;
	const bool mail = s->mail_from[0] && s->mail_domain[0] && s->mail_link[0];
	if (s->mail_server[0] && !mail)
		return fail(why, E_INPUT, "sekisho.conf",
		            "\"mail_server\" wants \"mail_from\", \"mail_domain\" and \"mail_link\" beside it");
	return s->folder_count ? ok() : fail(why, E_INPUT, "sekisho.conf", "no \"folder\" is set");
}

struct result house_settings_read(const char *dir, struct arena *arena, struct house_settings *out,
                                  struct why *why)
{
	char real[PATH_MAX];
	struct slice text;
	if (!realpath(dir, real))
		return fail(why, E_ABSENT, dir, "there is no such folder: %s", strerror(errno));
	*out = (struct house_settings){.dir = arena_string(arena, slice_str(real)),
	                               .body = "", .title = "", .policy = "", .origin = "",
	                               .clamd = "", .clamd_config = "", .outer = "", .inner = "",
	                               .clock = "", .mail_server = "", .mail_from = "",
	                               .mail_domain = "", .mail_link = "", .reuse_judgements = "yes", .page_dpi_text = "200"};
	if (!out->dir)
		return fail(why, E_MEMORY, "", "no memory");
	TRY(file_read(below(arena, out->dir, "sekisho.conf"), CONF_BYTES, arena, &text, why));
	TRY(read_lines(text, arena, out, why));
	TRY(need_all(out, why));
	out->database = arena_printf(arena, "sqlite:%s/sekisho.db", out->dir);
	out->vault = below(arena, out->dir, "vault");
	out->vault_key = below(arena, out->dir, "keys/vault.key");
	out->seal_key = below(arena, out->dir, "keys/seal.key");
	out->seal_note = below(arena, out->dir, "seal.note");
	out->examined = below(arena, out->dir, "ledger.examined");
	out->seal_public = below(arena, out->dir, "seal.pub");
	out->run = below(arena, out->dir, "run");
	out->seal_socket = below(arena, out->dir, "run/seal.sock");
	return out->seal_socket ? ok() : fail(why, E_MEMORY, "", "no memory");
}

static const char *beside_self(const char *name, struct arena *arena)
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
	if (n <= 0)
		return NULL;
	self[n] = 0;
	char *slash = strrchr(self, '/');
	return arena_printf(arena, "%.*s/%s", (int)(slash - self), self, name);
}

struct result house_program(const char *name, struct arena *arena, const char **out,
                            struct why *why)
{
	const char *folder = getenv("SEKISHO_PROGRAMS");
	*out = folder ? arena_printf(arena, "%s/%s", folder, name) : beside_self(name, arena);
	if (!*out || access(*out, X_OK) != 0)
		return fail(why, E_ABSENT, name, "the program is not installed beside this one");
	return ok();
}

struct result house_share(struct arena *arena, const char **out, struct why *why)
{
	const char *given = getenv("SEKISHO_SHARE");
	const char *place = given && *given ? given : beside_self("../share/sekisho", arena);
	char real[PATH_MAX];
	struct stat st;
	if (!place || !realpath(place, real) || !(*out = arena_string(arena, slice_str(real))) ||
	    stat(below(arena, *out, "vocabulary"), &st) != 0)
		return fail(why, E_ABSENT, given && *given ? "SEKISHO_SHARE" : "share/sekisho",
		            "the folders vocabulary and policies are not found");
	return ok();
}
