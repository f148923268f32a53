/* The table of a model: what is read, what is refused, and by which clause. */
#include "zones.h"

/* A line added to the α template, or put in the place of the line that begins
 * so; what must come out: a word of the finding, and its clause.            */
struct row {
	const char *instead, *line, *clause, *word;
};

static const char *changed(struct zones *z, const char *base, const struct row *row)
{
	struct buffer text;
	bool done = !row->instead;
	buffer_init(&text, MODEL_BYTES);
	while (*base) {
		size_t len = strcspn(base, "\n");
		bool hit = row->instead && strncmp(base, row->instead, strlen(row->instead)) == 0;
		if (hit)
			buffer_put_str(&text, row->line);
		else
			buffer_put(&text, base, len);
		buffer_put_u8(&text, '\n');
		done |= hit;
		base += len + (base[len] == '\n');
	}
	if (!row->instead)
		buffer_put_str(&text, row->line);
	CHECK(done);
	const char *out = arena_string(z->arena, buffer_slice(&text));
	buffer_done(&text);
	return out;
}

static void refuses(struct zones *z, const char *base, const struct row *row)
{
	const char *text = changed(z, base, row);
	struct result got = zones_read(z, text);
	bool found = false;
	for (size_t i = 0; i < z->findings->count; i++)
		found |= strcmp(z->findings->at[i].clause, row->clause) == 0 && strstr(z->findings->at[i].text, row->word);
	if (got.code == OK || !found) {
		printf("  not refused as it should be: %s\n", row->line);
		zones_show(z);
		CHECK(false);
	}
}

TEST(templates_are_whole)
{
	static const char *const names[] = {"alpha", "alpha-prime", "beta", "beta-prime"};
	for (size_t i = 0; i < 4; i++) {
		struct zones z = zones_new();
		const char *path = arena_printf(z.arena, "%s/share/zones/%s.tsv", SEKISHO_SOURCE, names[i]);
		CHECK_OK(zones_read(&z, zones_file(&z, path)), &z.why);
		zones_show(&z);
		CHECK_STR(layout_name(z.model->layout), names[i]);
		CHECK(z.model->flow_count >= 7);
		zones_done(&z);
	}
}

#define FLOW_END "purpose\tsuzuki\tciso:okada supervisor:sato manager:tanaka\tHN\tR8.4.1\tR9.3.31\tR9.2.1"
TEST(each_question_refuses)
{
	static const struct row rows[] = {
		/* My Number: every field, and a peer that does not touch the Internet */
		{NULL, "flow\tX\tresident-db\tbunsho\t*\t10.1.0.20\t10.2.0.10\ttcp\t443\t" FLOW_END, "T-my-number-fields", "MAC"},
		{NULL, "flow\tX\tresident-db\tbunsho\t02:00:00:00:01:20\t*\t10.2.0.10\ttcp\t443\t" FLOW_END, "T-my-number-fields", "IPアドレス"},
		{NULL, "flow\tX\tresident-db\tbunsho\t02:00:00:00:01:20\t10.1.0.20\t*\ttcp\t443\t" FLOW_END, "T-my-number-fields", "IPアドレス"},
		{NULL, "flow\tX\tresident-db\tbunsho\t02:00:00:00:01:20\t10.1.0.20\t10.2.0.10\ttcp\t*\t" FLOW_END, "T-my-number-fields", "ポート"},
		{NULL, "flow\tX\tresident-db\tbunsho\t02:00:00:00:01:20\t10.1.0.20\t10.2.0.10\ttcp\t443-444\t" FLOW_END, "T-my-number-fields", "ポート"},
		{NULL, "flow\tX\tmynumber\tbunsho\t*\t*\t*\ttcp\t443\t" FLOW_END, "T-my-number-fields", "全体"},
		{NULL, "flow\tX\tresident-db\twww\t02:00:00:00:01:20\t10.1.0.20\t10.3.0.20\ttcp\t443\t" FLOW_END, "T-my-number-peer", "インターネット"},
		{NULL, "flow\tX\tresident-db\tcloud\t02:00:00:00:01:20\t10.1.0.20\t192.0.2.10\ttcp\t443\t" FLOW_END, "T-my-number-peer", "インターネット"},
		{"peer\tjlis", "peer\tjlis\tlgwan\t02:00:00:00:02:f0\t10.9.0.10\t-\tunknown\tpublic\tR8.2.10\tyes\tx", "T-my-number-peer", "確かめられていません"},
		/* LGWAN and the Internet */
		{NULL, "flow\tX\tbunsho\twww\t*\t*\t*\ttcp\t443\t" FLOW_END, "T-lgwan-split", "無害化"},
		{NULL, "flow\tX\twww\tbunsho\t*\t*\t*\ttcp\t443\t" FLOW_END, "T-lgwan-split", "無害化"},
		{NULL, "flow\tX\tlgwan\tgamen\t*\t*\t*\thttps\t-\t" FLOW_END, "T-lgwan-split", "画面"},
		{NULL, "flow\tX\tlgwan\twww\t*\t*\t*\trdp\t-\t" FLOW_END, "T-lgwan-split", "画面"},
		{NULL, "flow\tX\tinternet\tbunsho\t*\t*\t*\trdp\t-\t" FLOW_END, "T-lgwan-split", "画面"},
		/* external networks */
		{NULL, "flow\tX\tcloud\twww\t*\t*\t*\ttcp\t80\tp\tsuzuki\tsupervisor:sato\tHN\tR8.4.1\tR9.3.31\tR9.2.1", "T-external-permits", "と"},
		{"peer\tcloud", "peer\tcloud\tinternet\t-\t192.0.2.10\t-\tyes\tpublic\t-\tyes\tx", "T-external-investigated", "調べ"},
		{"peer\tcloud", "peer\tcloud\tinternet\t-\t192.0.2.10\t-\tyes\tpublic\tR8.5.1\tyes\tx", "T-external-investigated", "調べ"},
		{"peer\tcloud", "peer\tcloud\tinternet\t-\t192.0.2.10\t-\tyes\tpublic\tR8.2.1\tno\tx", "T-external-liability", "損害賠償"},
		{"firewall", "# none", "T-publish", "ファイアウォール"},
		{NULL, "flow\tX\tcloud\tgamen\t*\t*\t*\ttcp\t80\t" FLOW_END, "T-publish", "server"},
		/* remote access */
		{"peer\tcloud", "peer\tcloud\tinternet\t-\t192.0.2.10\tremote\tyes\tpublic\tR8.2.1\tyes\tx", "T-remote-permits", "と"},
		{"service\thttps", "peer\thome\tinternet\t-\t192.0.2.77\tremote\tyes\tprivate\tR8.2.1\tyes\tx\nservice\thttps\ttcp\t443\nflow\tX\thome\twww\t*\t*\t*\thttps\t-\t" FLOW_END, "T-remote-encrypted", "暗号化"},
		{"service\thttps", "peer\thome\tinternet\t-\t192.0.2.77\tremote-public\tyes\tprivate\tR8.2.1\tyes\tx\nservice\thttps\ttcp\t443\tencrypted\nflow\tX\thome\twww\t*\t*\t*\thttps\t-\t" FLOW_END, "T-remote-public", "公衆回線"},
		/* no permission, no flow */
		{NULL, "flow\tX\tbunsho\tborder\t*\t*\t*\ttcp\t22\tp\tsuzuki\t\tHN\tR8.4.1\tR9.3.31\tR9.2.1", "T-permission", "許可した人"},
		{NULL, "flow\tX\tbunsho\tborder\t*\t*\t*\ttcp\t22\t\tsuzuki\tmanager:a\tHN\tR8.4.1\tR9.3.31\tR9.2.1", "T-permission", "目的"},
		{NULL, "flow\tX\tbunsho\tborder\t*\t*\t*\ttcp\t22\tp\tsuzuki\tmanager:suzuki\tHN\tR8.4.1\tR9.3.31\tR9.2.1", "T-permission", "本人"},
		{NULL, "flow\tX\tbunsho\tborder\t*\t*\t*\ttcp\t22\tp\tsuzuki\tmanager:a\tHN\tR9.4.1\tR9.3.31\tR9.4.1", "T-permission", "日"},
		/* the table itself */
		{NULL, "zone\tschool\teducation\tx", "", "教育系"},
		{NULL, "host\tnew\tlgwan\t-\t10.1.0.77\t-\tx", "", "領域の外"},
		{NULL, "host\tnew\tlgwan\t-\t10.2.0.10\t-\tx", "", "重なって"},
		{NULL, "host\tnew\tlgwan\t-\t10.2.0.0/28\t-\tx", "", "重なって"},
		{NULL, "host\tbunsho\tlgwan\t-\t10.2.0.99\t-\tx", "", "ほかの行"},
		{NULL, "host\tnew\tlgwan\t01:00:5e:00:00:01\t10.2.0.99\t-\tx", "", "MAC"},
		{NULL, "subnet\t10.1.0.128/25\teth2", "", "重なって"},
		{NULL, "subnet\t10.1.0.1/24\teth2", "", "読めません"},
		{NULL, "interface\teth1\tlgwan", "", "二度"},
		{NULL, "interface\teth\"1\tlgwan", "", "使えません"},
		{NULL, "flow\tX\tnobody\tbunsho\t*\t*\t*\ttcp\t443\t" FLOW_END, "", "登録されていません"},
		{NULL, "flow\tX\tbunsho\tborder\t*\t*\t10.1.0.9\ttcp\t443\t" FLOW_END, "", "登録されたアドレス"},
		{NULL, "flow\tX\tbunsho\tborder\t02:00:00:00:99:99\t*\t*\ttcp\t443\t" FLOW_END, "", "取り直して"},
		{NULL, "flow\tX\tbunsho\tborder\t*\t*\t*\ticmp\t13\t" FLOW_END, "", "echo"},
		{NULL, "flow\tX\tbunsho\tborder\t*\t*\t*\ttcp\t70000\t" FLOW_END, "", "ポート"},
		{NULL, "flow\tF-0001\tbunsho\tborder\t*\t*\t*\ttcp\t22\t" FLOW_END, "", "二度"},
		{NULL, "flow\tX\tbunsho\tborder\t*\t*\t*\ttcp\t22\tp\tsuzuki\tmayor\tHN\tR8.4.1\tR9.3.31\tR9.4.1", "", "許可した人"},
		{NULL, "wall\tX", "", "種類の行"},
		{NULL, "zone\tX", "", "欄"},
		{"body", "# no body", "", "body"},
	};
	struct zones z = zones_new();
	const char *alpha = zones_file(&z, SEKISHO_SOURCE "/share/zones/alpha.tsv");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		refuses(&z, alpha, &rows[i]);
	zones_done(&z);
}

TEST(what_only_some_policies_know)
{
	static const char peer[] = "peer\tjlis\tlgwan\t02:00:00:00:02:f0\t10.9.0.10\t-\tyes\tpublic\tR8.2.10\tyes\tx";
	struct zones z = zones_new();
	const char *alpha = zones_file(&z, SEKISHO_SOURCE "/share/zones/alpha.tsv");
	const struct row touching = {"peer\tjlis", peer, "", ""};
	const char *text = changed(&z, alpha, &touching);
	CHECK_FAILS(zones_read(&z, text), E_DENIED);
	z.book.public_peer = true;
	CHECK_OK(model_laws(z.model, &z.book, z.today, z.arena, z.findings, &z.why), &z.why);
	/* forbidden in principle: the row has to name the clause that was set aside */
	z.book.law[LAW_MY_NUMBER_PRINCIPLE] = (struct net_law_row){.clause = "T-principle", .cite = "第2条"};
	CHECK_FAILS(model_laws(z.model, &z.book, z.today, z.arena, z.findings, NULL), E_DENIED);
	z.model->flows[0].clause = SLICE("T-principle");
	CHECK_OK(model_laws(z.model, &z.book, z.today, z.arena, z.findings, &z.why), &z.why);
	/* another body's table */
	z.book.policy = "other";
	CHECK_FAILS(model_laws(z.model, &z.book, z.today, z.arena, z.findings, NULL), E_DENIED);
	zones_done(&z);
}

TEST(spreadsheets_are_read)
{
	struct zones z = zones_new();
	const char *text = "\xEF\xBB\xBF# x\t\t\r\nbody\ta\thannan\talpha\t\"\"\"青波\"\"市\"\t\t\t\r\nzone\tz\tother\tt\t\t\r\n\t\t\t\r\n";
	CHECK_OK(zones_read(&z, text), &z.why);
	zones_show(&z);
	CHECK_SLICE(z.model->title, SLICE("\"青波\"市"));
	CHECK_INT(z.model->zone_count, 1);
	zones_done(&z);
}

TEST(memory_ends)
{
	struct zones z = zones_new();
	const char *alpha = zones_file(&z, SEKISHO_SOURCE "/share/zones/alpha.tsv");
	bool whole = false;
	for (size_t ceiling = 512; !whole && ceiling < 1 << 20; ceiling += ceiling / 8) {
		struct arena *small = arena_new(ceiling);
		struct net_findings *findings = findings_new(small);
		struct net_model *model = NULL;
		struct result r = {E_MEMORY};
		if (findings)
			r = model_read(slice_str(alpha), small, findings, &model, NULL);
		whole = r.code == OK;
		CHECK(whole ? model->flow_count == 7 : model == NULL);
		arena_free(small);
	}
	CHECK(whole);
	zones_done(&z);
}

MAIN_TESTS()
