/* Findings: what the check has to say, numbered as in the report's section 8. */
#include "policy/model.h"

#include <stdarg.h>
#include <stdio.h>

static const char severities[] = "?EEEEEEEEEEGGGGEEGGEEEGEEEEENNN";

static enum severity severity_of(unsigned number)
{
	char c = number < sizeof severities - 1 ? severities[number] : 'E';
	return c == 'G' ? FINDING_GAP : c == 'N' ? FINDING_NOTE : FINDING_ERROR;
}

/* the same thing may be found in every book that a clause is part of */
static bool held(const struct findings *findings, const struct finding *f, const char *text)
{
	for (const struct finding *g = findings->first; g; g = g->next)
		if (g->number == f->number && g->line == f->line && g->column == f->column && strcmp(g->file, f->file) == 0 &&
		    strcmp(g->clause, f->clause) == 0 && strcmp(g->sentence, text) == 0)
			return true;
	return false;
}

static void link_in(struct findings *findings, struct finding *f)
{
	size_t *counts[] = {&findings->errors, &findings->gaps, &findings->notes};
	if (findings->last)
		findings->last->next = f;
	else
		findings->first = f;
	findings->last = f;
	++*counts[f->severity];
}

void finding_vadd(struct findings *findings, struct arena *arena, struct finding f, const char *format,
                  va_list args)
{
	char text[600];
	vsnprintf(text, sizeof text, format, args);
	f.column = spot_column(f.line);
	f.line = spot_line(f.line);
	struct finding *copy = held(findings, &f, text) ? NULL : ARENA_NEW(arena, struct finding);
	if (!copy)
		return;
	*copy = f;
	copy->next = NULL;
	copy->severity = f.severity == FINDING_NOTE ? FINDING_NOTE : severity_of(f.number);
	copy->sentence = arena_string(arena, slice_str(text));
	if (!copy->sentence)
		copy->sentence = "";
	link_in(findings, copy);
}

void finding_add(struct findings *findings, struct arena *arena, unsigned number,
                 const char *file, uint32_t line, const char *policy, const char *clause,
                 const char *mend, const char *format, ...)
{
	struct finding f = {.number = number, .file = file ? file : "", .line = line,
	                    .policy = policy ? policy : "", .clause = clause ? clause : "", .mend = mend};
	va_list args;
	va_start(args, format);
	finding_vadd(findings, arena, f, format, args);
	va_end(args);
}

void finding_add_as(struct findings *findings, struct arena *arena, struct finding f,
                    const char *format, ...)
{
	va_list args;
	va_start(args, format);
	finding_vadd(findings, arena, f, format, args);
	va_end(args);
}

void binder_error(struct binder *b, unsigned number, uint32_t line, const char *mend,
                  const char *format, ...)
{
	const struct clause *c = b->member ? b->member->clause : NULL;
	struct finding f = {.number = number, .line = line, .mend = mend, .file = c ? c->file : "",
	                    .policy = b->book ? b->book->name : "", .clause = c ? c->id : ""};
	va_list args;
	va_start(args, format);
	if (severity_of(number) == FINDING_ERROR)
		b->policy->sound = false;
	if (b->findings)
		finding_vadd(b->findings, b->arena, f, format, args);
	va_end(args);
}

void *binder_new(struct binder *b, size_t bytes)
{
	void *at = arena_alloc(b->arena, bytes);
	if (!at && b->code == OK)
		b->code = fail(b->why, E_MEMORY, "policy", "規程を組み立てる記憶域が足りません。").code;
	return at;
}

void findings_append(struct findings *to, const struct findings *from, struct arena *arena)
{
	for (const struct finding *f = from->first; f; f = f->next) {
		struct finding *copy = ARENA_NEW(arena, struct finding);
		if (!copy)
			return;
		*copy = *f;
		copy->next = NULL;
		link_in(to, copy);
	}
}

void finding_line(const struct finding *f, struct buffer *out)
{
	static const char letter[] = {'E', 'G', 'N'};
	buffer_printf(out, "%c%u %s:%u", letter[f->severity], f->number, f->file, f->line);
	if (f->column)
		buffer_printf(out, ":%u", f->column);
	if (f->clause[0])
		buffer_printf(out, " %s", f->clause);
	buffer_printf(out, ": %s", f->sentence);
	if (f->choice)
		buffer_printf(out, " 選択: %s", f->choice);
	else if (f->mend && f->mend[0])
		buffer_printf(out, " %s", f->mend);
	buffer_put_u8(out, '\n');
}
