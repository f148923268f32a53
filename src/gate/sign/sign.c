/* Which kinds of documents carry signatures, and where they are looked for. */
#include "gate/sign/internal.h"

static const struct {
	enum file_type type;
	const char *form;
	void (*look)(struct sign_list *list, struct slice in);
} forms[] = {
	{FILE_PDF, "pdf", sign_pdf},
	{FILE_MAIL, "smime", sign_mail},
	{FILE_DOCX, "ooxml", sign_package},
	{FILE_XLSX, "ooxml", sign_package},
	{FILE_XLSB, "ooxml", sign_package},
	{FILE_PPTX, "ooxml", sign_package},
};

struct result sign_read(struct slice in, enum file_type type, const struct sign_anchors *anchors,
                        struct arena *arena, struct signature **out, struct why *why)
{
	struct sign_list list = {.arena = arena, .anchors = anchors};
	list.tail = &list.first;
	*out = NULL;
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
		if (forms[i].type == type) {
			list.form = forms[i].form;
			forms[i].look(&list, in);
		}
	if (list.memory)
		return fail(why, E_MEMORY, "", "no memory for the signatures");
	*out = list.first;
	return ok();
}
