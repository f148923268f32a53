/* Findings, names of kinds, and what is asked of a model that has been read. */
#include "gate/net/model.h"

#include <stdarg.h>
#include <stdio.h>

struct net_findings *findings_new(struct arena *arena)
{
	struct net_findings *f = ARENA_NEW(arena, struct net_findings);
	if (f)
		f->at = ARENA_ARRAY(arena, MODEL_FINDINGS, struct net_finding);
	return f && f->at ? f : NULL;
}

void findings_add(struct net_findings *f, struct arena *arena, const struct net_finding *finding,
                  const char *format, ...)
{
	char text[1024];
	va_list args;
	f->errors += !finding->advice;
	if (f->count == MODEL_FINDINGS) {
		f->more++;
		return;
	}
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	struct net_finding *to = &f->at[f->count];
	*to = *finding;
	to->text = arena_string(arena, slice_str(text));
	if (to->text)
		f->count++;
}

const char *zone_kind_title(enum zone_kind kind)
{
	static const char *const titles[] = {"マイナンバー利用事務系", "LGWAN接続系", "インターネット接続系",
	                                     "教育系", "その他"};
	return kind <= KIND_OTHER ? titles[kind] : "?";
}

const char *layout_name(enum zone_layout layout)
{
	static const char *const names[] = {"alpha", "alpha-prime", "beta", "beta-prime"};
	return layout <= LAYOUT_BETA_PRIME ? names[layout] : "?";
}

uint32_t model_zone_of(const struct net_model *model, struct net_end end)
{
	if (end.kind == END_STATION)
		return model->stations[end.index].zone;
	return end.kind == END_ZONE ? end.index : UINT32_MAX;
}

struct slice model_end_name(const struct net_model *model, struct net_end end)
{
	if (end.kind == END_STATION)
		return model->stations[end.index].id;
	return end.kind == END_ZONE ? model->zones[end.index].id : SLICE("border");
}

void model_points(const struct net_model *model, size_t *interfaces, size_t *peers)
{
	bool behind[MODEL_INTERFACES] = {false};
	*interfaces = *peers = 0;
	for (size_t i = 0; i < model->station_count; i++) {
		const struct net_station *s = &model->stations[i];
		*peers += s->peer;
		for (size_t a = 0; s->peer && a < s->address_count; a++)
			behind[s->addresses[a].interface] = true;
	}
	for (size_t i = 0; i < model->interface_count; i++)
		*interfaces += behind[i];
}
