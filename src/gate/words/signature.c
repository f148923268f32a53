/* What people read of a signature. */
#include "gate/words/signature.h"

#include <string.h>

static const char *const names[] = {"unreadable", "broken", "intact"};

const char *signature_verdict_name(enum signature_verdict verdict)
{
	return names[(unsigned)verdict <= SIGNATURE_INTACT ? verdict : SIGNATURE_UNREADABLE];
}

_Bool signature_verdict_named(const char *name, enum signature_verdict *out)
{
	for (unsigned i = 0; i <= SIGNATURE_INTACT; i++)
		if (strcmp(names[i], name) == 0) {
			*out = (enum signature_verdict)i;
			return 1;
		}
	return 0;
}

/* The value of CN= up to the next comma that is not escaped (RFC 2253 section 2.4). */
void signature_name(const struct signature *signature, struct buffer *out)
{
	const char *at = signature->subject;
	while (at && strncmp(at, "CN=", 3) != 0) {
		at = strchr(at, ',');
		at += at != NULL;
	}
	if (!at) {
		buffer_put_str(out, signature->subject);
		return;
	}
	for (at += 3; *at && *at != ','; at++) {
		if (*at == '\\' && at[1])
			at++;
		buffer_put_u8(out, (uint8_t)*at);
	}
}

static void put_signer(const struct signature *signature, struct buffer *out)
{
	buffer_put_str(out, "「");
	if (*signature->subject)
		signature_name(signature, out);
	else
		buffer_put_str(out, "名前のない署名者");
	buffer_put_str(out, "」");
}

/* A time stamp says that the document was there, not who wrote it. */
static void put_stamp(const struct signature *signature, struct buffer *out)
{
	if (signature->verdict == SIGNATURE_UNREADABLE) {
		buffer_put_str(out, "タイムスタンプが付いていましたが、この形式は確かめられませんでした。日時の証明が要る手続きでは、"
		                    "送り主に確かめてください。");
		return;
	}
	put_signer(signature, out);
	if (signature->verdict == SIGNATURE_BROKEN) {
		buffer_put_str(out, "のタイムスタンプが内容と合いません。付けたあとに書き換えられたおそれがあります。"
		                    "内容を使う前に、送り主に確かめてください。");
		return;
	}
	buffer_put_str(out, "のタイムスタンプを確かめました。");
	buffer_put_str(out, signature->whole ? "付けたあと、内容は変わっていません。"
	                                     : "対象の部分は変わっていませんが、付けたあとに書き加えられた部分があります。");
	if (!signature->known_root)
		buffer_put_str(out, "ただし、発行元が登録されていないため、日時の証明になるかどうかは確かめられません。");
}

void signature_sentence(const struct signature *signature, struct buffer *out)
{
	if (signature->form && strcmp(signature->form, "pdf-timestamp") == 0) {
		put_stamp(signature, out);
		return;
	}
	if (signature->verdict == SIGNATURE_UNREADABLE) {
		buffer_put_str(out, "電子署名が付いていましたが、この形式は確かめられませんでした。署名が要る手続きでは、"
		                    "送り主に確かめてください。");
		return;
	}
	if (signature->verdict == SIGNATURE_BROKEN) {
		put_signer(signature, out);
		buffer_put_str(out, "の電子署名が内容と合いません。署名のあとに書き換えられたおそれがあります。"
		                    "内容を使う前に、送り主に確かめてください。");
		return;
	}
	put_signer(signature, out);
	buffer_put_str(out, "の電子署名を確かめました。");
	buffer_put_str(out, signature->whole ? "署名のあと、内容は変わっていません。"
	                                     : "署名された部分は変わっていませんが、署名のあとに書き加えられた部分があります。");
	if (!signature->known_root)
		buffer_put_str(out, "ただし、証明書の発行元が登録されていないため、本人の署名かどうかは確かめられません。");
}

static void put_member(struct buffer *out, const char *name, const char *value)
{
	buffer_printf(out, "\"%s\":", name);
	buffer_json_str(out, slice_str(value));
	buffer_put_u8(out, ',');
}

void signatures_json(const struct signature *first, struct buffer *out)
{
	buffer_put_u8(out, '[');
	for (const struct signature *s = first; s; s = s->next) {
		buffer_put_str(out, s == first ? "{" : ",{");
		put_member(out, "form", s->form);
		put_member(out, "verdict", signature_verdict_name(s->verdict));
		put_member(out, "subject", s->subject);
		put_member(out, "issuer", s->issuer);
		put_member(out, "certificate", s->certificate);
		put_member(out, "detail", s->detail);
		buffer_printf(out, "\"known_root\":%s,\"whole\":%s,\"signed_ms\":%lld}", s->known_root ? "true" : "false",
		              s->whole ? "true" : "false", (long long)s->signed_ms);
	}
	buffer_put_u8(out, ']');
}
