/* The map: zones as boxes in a row, the border below them, an arrow for each pair
 * that may talk, with the number of permissions; a pair without an arrow may not.
 * Every word of the picture stands in its <desc>, for those who hear it.     */
#include "gate/net/analyse.h"

enum { BOX_WIDTH = 220, BOX_HEIGHT = 96, GAP = 60, TOP = 40, RISE = 46 };

struct pairs {
	const struct net_model *m;
	size_t *count; /* zones + 1 squared; the last is the border */
	size_t side;
};

static size_t place_of(const struct net_model *m, struct net_end end)
{
	uint32_t zone = model_zone_of(m, end);
	return zone == UINT32_MAX ? m->zone_count : zone;
}

static void put_text(struct buffer *out, struct slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		const char *safe = text.at[i] == '<' ? "&lt;" : text.at[i] == '>' ? "&gt;" : text.at[i] == '&' ? "&amp;" : NULL;
		if (safe)
			buffer_put_str(out, safe);
		else
			buffer_put_u8(out, text.at[i]);
	}
}

static int left_of(size_t zone)
{
	return GAP + (int)zone * (BOX_WIDTH + GAP);
}

static void put_zone(struct buffer *out, const struct net_zone *z, size_t i, int top)
{
	static const char *const fills[] = {"#fde7e9", "#e8f1fe", "#eef8ee", "#fff6e0", "#f2f2f2"};
	static const char *const strokes[] = {"#b00020", "#0b57d0", "#197a3d", "#8a5a00", "#595959"};
	int x = left_of(i);
	buffer_printf(out, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"8\" fill=\"%s\" stroke=\"%s\" stroke-width=\"2\"/>\n", x, top, BOX_WIDTH,
	              BOX_HEIGHT, fills[z->kind], strokes[z->kind]);
	buffer_printf(out, "<text x=\"%d\" y=\"%d\" font-size=\"16\" font-weight=\"bold\" text-anchor=\"middle\">%s</text>\n<text x=\"%d\" y=\"%d\" font-size=\"14\" text-anchor=\"middle\">",
	              x + BOX_WIDTH / 2, top + 42, zone_kind_title(z->kind), x + BOX_WIDTH / 2, top + 68);
	put_text(out, slice_part(z->title, 0, 45));
	buffer_put_str(out, "</text>\n");
}

/* An arc from zone to zone above the boxes; the further apart, the higher. */
static void put_arrow(struct buffer *out, size_t from, size_t to, size_t count, int top)
{
	int step = from < to ? 1 : -1, far = (int)(from < to ? to - from : from - to);
	int x1 = left_of(from) + BOX_WIDTH / 2 + 34 * step, x2 = left_of(to) + BOX_WIDTH / 2 - 34 * step;
	int high = top - RISE * far - (step > 0 ? 0 : 24), middle = (x1 + x2) / 2;
	buffer_printf(out, "<path d=\"M %d %d C %d %d, %d %d, %d %d\" fill=\"none\" stroke=\"#333\" stroke-width=\"2\" marker-end=\"url(#a)\"/>\n", x1, top, x1,
	              high, x2, high, x2, top - 4);
	buffer_printf(out, "<text x=\"%d\" y=\"%d\" font-size=\"13\" text-anchor=\"middle\" stroke=\"#fff\" stroke-width=\"4\" paint-order=\"stroke\">%s %zu件</text>\n", middle,
	              high + (top - high) / 4 + 5, step > 0 ? "→" : "←", count);
}

static void put_border(struct buffer *out, const struct pairs *p, int top, int width)
{
	int y = top + BOX_HEIGHT + 70;
	buffer_printf(out, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"44\" rx=\"8\" fill=\"#fff\" stroke=\"#333\" stroke-width=\"2\"/>\n<text x=\"%d\" y=\"%d\" font-size=\"15\" text-anchor=\"middle\">関所（境界の機器）</text>\n",
	              GAP, y, width - 2 * GAP, width / 2, y + 28);
	for (size_t z = 0; z < p->m->zone_count; z++) {
		size_t in = p->count[z * p->side + p->side - 1], forth = p->count[(p->side - 1) * p->side + z];
		int x = left_of(z) + BOX_WIDTH / 2;
		if (in)
			buffer_printf(out, "<path d=\"M %d %d V %d\" stroke=\"#333\" stroke-width=\"2\" marker-end=\"url(#a)\"/>\n<text x=\"%d\" y=\"%d\" font-size=\"13\" text-anchor=\"end\">%zu件</text>\n",
			              x - 20, top + BOX_HEIGHT, y - 4, x - 28, y - 28, in);
		if (forth)
			buffer_printf(out, "<path d=\"M %d %d V %d\" stroke=\"#333\" stroke-width=\"2\" marker-end=\"url(#a)\"/>\n<text x=\"%d\" y=\"%d\" font-size=\"13\">%zu件</text>\n",
			              x + 20, y, top + BOX_HEIGHT + 4, x + 28, y - 28, forth);
	}
}

static void put_words(struct buffer *out, const struct pairs *p)
{
	const struct net_model *m = p->m;
	for (size_t a = 0; a < m->zone_count; a++)
		for (size_t b = 0; b < m->zone_count; b++) {
			if (a == b)
				continue;
			put_text(out, m->zones[a].title);
			buffer_put_str(out, "から");
			put_text(out, m->zones[b].title);
			if (p->count[a * p->side + b])
				buffer_printf(out, "へは、許可された通信が %zu 件あります。", p->count[a * p->side + b]);
			else
				buffer_put_str(out, "へは、通信できません。");
		}
}

struct result model_map(const struct net_model *m, day_t day, struct arena *arena, struct buffer *out, struct why *why)
{
	struct pairs p = {m, NULL, m->zone_count + 1};
	int width = GAP + (int)m->zone_count * (BOX_WIDTH + GAP), top = TOP + RISE * (int)(m->zone_count ? m->zone_count - 1 : 0) + 24;
	if (!(p.count = ARENA_ARRAY(arena, p.side * p.side, size_t)))
		return fail(why, E_MEMORY, "", "メモリーが足りません。");
	for (size_t i = 0; i < m->flow_count; i++)
		if (flow_active(&m->flows[i], day))
			p.count[place_of(m, m->flows[i].from) * p.side + place_of(m, m->flows[i].to)]++;
	buffer_printf(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\" aria-labelledby=\"t d\" font-family=\"sans-serif\" fill=\"#1a1a1a\">\n<title id=\"t\">", width,
	              top + BOX_HEIGHT + 140);
	put_text(out, m->title);
	buffer_put_str(out, "の領域の図</title>\n<desc id=\"d\">");
	put_words(out, &p);
	buffer_put_str(out, "</desc>\n<defs><marker id=\"a\" viewBox=\"0 0 10 10\" refX=\"8\" refY=\"5\" markerWidth=\"8\" markerHeight=\"8\" orient=\"auto\">"
	                    "<path d=\"M 0 0 L 10 5 L 0 10 z\" fill=\"#333\"/></marker></defs>\n");
	for (size_t a = 0; a < m->zone_count; a++)
		for (size_t b = 0; b < m->zone_count; b++)
			if (a != b && p.count[a * p.side + b])
				put_arrow(out, a, b, p.count[a * p.side + b], top);
	for (size_t z = 0; z < m->zone_count; z++)
		put_zone(out, &m->zones[z], z, top);
	put_border(out, &p, top, width);
	buffer_put_str(out, "</svg>\n");
	return buffer_ok(out) ? ok() : fail(why, E_LIMIT, "", "図が大きすぎます。");
}
