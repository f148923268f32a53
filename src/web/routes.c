/* Every page there is, for whom, and in which zone.  Read it from the top: what
 * is not in a row does not exist.                                           */
#include "web/pages.h"
#include "web/pages_duty.h"
#include "web/pages_forms.h"
#include "web/pages_import.h"
#include "web/pages_leave.h"
#include "web/pages_relax.h"
#include "web/pages_office.h"
#include "web/pages_review.h"

enum { BOTH = ZONE_INTERNET | ZONE_LGWAN, OUTER = ZONE_INTERNET, INNER = ZONE_LGWAN };

static const struct route_row rows[] = {
	{"/static/*/*", BOTH, NEED_NOTHING, page_static, NULL, false},
	{"/language/*", BOTH, NEED_NOTHING, page_language, NULL, false},
	{"/signin", BOTH, NEED_NOTHING, page_signin, post_signin, false},
	{"/signin/code", BOTH, NEED_PARTIAL, page_code, post_code, false},
	{"/signin/password", BOTH, NEED_PARTIAL, page_password, post_password, false},
	{"/signin/device", BOTH, NEED_PARTIAL, page_device, post_device, false},
	{"/signout", BOTH, NEED_PARTIAL, NULL, post_signout, false},

	{"/", BOTH, NEED_SESSION, page_home, NULL, false},
	{"/send", OUTER, NEED_SESSION, page_send, post_send, true},
	{"/provide", INNER, NEED_SESSION, page_send, post_send, true},
	{"/crossings", BOTH, NEED_SESSION, page_crossings, NULL, false},
	{"/crossings/*", BOTH, NEED_SESSION, page_crossing, NULL, false},
	{"/files/*/collect", BOTH, NEED_SESSION, NULL, post_collect, false},
	{"/files/*/password", BOTH, NEED_SESSION, NULL, post_file_password, false},
	{"/files/*/original", INNER, NEED_SESSION, NULL, post_original, false},

	{"/decide", INNER, NEED_SESSION, page_decide, NULL, false},
	{"/decide/*", INNER, NEED_SESSION, page_decide_one, post_decide, false},
	{"/decide/*/form", INNER, NEED_SESSION, page_application_form, NULL, false},
	{"/decide/*/permit", INNER, NEED_SESSION, page_permit_form, NULL, false},
	{"/exception/*/*", INNER, NEED_SESSION, page_exception, post_exception, false},
	{"/exceptions", INNER, NEED_SESSION, page_exceptions, NULL, false},
	{"/relaxations", INNER, NEED_SESSION, page_relaxations, post_relaxations, false},
	{"/exceptions/new", INNER, NEED_SESSION, page_exception_new, post_exception_new, false},

	{"/apply", INNER, NEED_SESSION, page_apply, NULL, false},
	{"/apply/*", INNER, NEED_SESSION, page_apply_form, post_apply, false},
	{"/cases", INNER, NEED_SESSION, page_cases, NULL, false},
	{"/cases/new/*", INNER, NEED_SESSION, page_case_new, post_case_new, false},
	{"/case/*", INNER, NEED_SESSION, page_case, post_case, false},
	{"/case/*/form", INNER, NEED_SESSION, page_case_form, NULL, false},
	{"/case/*/items", INNER, NEED_SESSION, page_items_form, NULL, false},
	{"/cases/*/report", INNER, NEED_SESSION, page_year_form, NULL, false},
	{"/case/*/commission", INNER, NEED_SESSION, page_commission, NULL, false},
	{"/case/*/evidence", INNER, NEED_SESSION, page_evidence, post_evidence, false},
	{"/report", INNER, NEED_SESSION, page_report, post_report, false},
	{"/network", INNER, NEED_SESSION, page_network, NULL, false},
	{"/network/form", INNER, NEED_SESSION, page_network_form, NULL, false},
	{"/registers", INNER, NEED_SESSION, page_registers, NULL, false},
	{"/registers/*", INNER, NEED_SESSION, page_register, NULL, false},
	{"/registers/*/new", INNER, NEED_SESSION, page_row_form, post_row_form, false},
	{"/registers/*/import", INNER, NEED_SESSION, page_import, post_import, true},
	{"/registers/*/import/*", INNER, NEED_SESSION, page_import_one, post_import_one, false},
	{"/registers/*/import/*/marked", INNER, NEED_SESSION, page_import_marked, NULL, false},
	{"/registers/*/export", INNER, NEED_SESSION, page_register_export, NULL, false},
	{"/registers/*/*", INNER, NEED_SESSION, page_row, NULL, false},
	{"/registers/*/*/edit", INNER, NEED_SESSION, page_row_form, post_row_form, false},
	{"/registers/*/*/close", INNER, NEED_SESSION, NULL, post_row_close, false},
	{"/books/*", INNER, NEED_SESSION, page_book, NULL, false},
	{"/books/*/import", INNER, NEED_SESSION, page_import, post_import, true},
	{"/books/*/import/*", INNER, NEED_SESSION, page_import_one, post_import_one, false},
	{"/books/*/import/*/marked", INNER, NEED_SESSION, page_import_marked, NULL, false},
	{"/books/*/export", INNER, NEED_SESSION, page_book_export, NULL, false},
	{"/books/*/form", INNER, NEED_SESSION, page_book_form, NULL, false},
	{"/books/*/*", INNER, NEED_SESSION, page_record, post_record, false},
	{"/books/*/*/form", INNER, NEED_SESSION, page_record_form, NULL, false},
	{"/books/*/*/correct", INNER, NEED_SESSION, page_correct, post_correct, false},
	{"/record", INNER, NEED_SESSION, page_deed, post_deed, false},
	{"/record/*", INNER, NEED_SESSION, page_told, NULL, false},
	{"/duties", INNER, NEED_SESSION, page_duties, NULL, false},
	{"/duties/*", INNER, NEED_SESSION, page_duty, post_duty, false},
	{"/year", INNER, NEED_SESSION, page_year, NULL, false},
	{"/year.ics", INNER, NEED_SESSION, page_year_ics, NULL, false},

	{"/inspections", INNER, NEED_SESSION, page_inspections, post_inspections, false},
	{"/inspections/*", INNER, NEED_SESSION, page_inspection, post_inspection, false},
	{"/inspections/*/answer", INNER, NEED_SESSION, page_inspection_answer, post_inspection_answer, false},
	{"/inspections/*/sections/*", INNER, NEED_SESSION, page_inspection_section, post_inspection_section, false},
	{"/inspections/*/sheet", INNER, NEED_SESSION, page_inspection_sheet, NULL, false},
	{"/inspections/*/form", INNER, NEED_SESSION, page_inspection_form, NULL, false},
	{"/inspections/*/import", INNER, NEED_SESSION, page_inspection_import, post_inspection_import, true},
	{"/inspections/*/import/*", INNER, NEED_SESSION, page_inspection_tried, post_inspection_tried, false},
	{"/audits", INNER, NEED_SESSION, page_audits, post_audits, false},
	{"/risks", INNER, NEED_SESSION, page_risks, NULL, false},
	{"/documents", INNER, NEED_SESSION, page_documents, NULL, false},
	{"/window", INNER, NEED_SESSION, page_window, post_window, false},
	{"/audits/form", INNER, NEED_SESSION, page_audits_form, NULL, false},

	{"/proof", INNER, NEED_SESSION, page_proof, NULL, false},
	{"/proof/form", INNER, NEED_SESSION, page_proof_form, NULL, false},
	{"/organisation", INNER, NEED_SESSION, page_organisation, NULL, false},
	{"/organisation/transfers", INNER, NEED_SESSION, page_transfers, post_transfers, true},
	{"/organisation/transfers/check/*", INNER, NEED_SESSION, page_transfer_check, post_transfer_check, false},
	{"/organisation/transfers/*/cancel", INNER, NEED_SESSION, NULL, post_transfer_cancel, false},
	{"/organisation/delegations", INNER, NEED_SESSION, page_delegations, post_delegations, false},
	{"/organisation/people/*/leaving", INNER, NEED_SESSION, NULL, post_leaving, false},
	{"/organisation/people/*", INNER, NEED_SESSION, page_person, post_person, false},

	{"/clauses", INNER, NEED_SESSION, page_clauses, NULL, false},
	{"/clause", INNER, NEED_SESSION, page_clause, NULL, false},
	{"/clause/evidence", INNER, NEED_SESSION, page_witness, NULL, false},
	{"/compare", INNER, NEED_SESSION, page_compare, NULL, false},
	{"/compare/*", INNER, NEED_SESSION, page_compare_file, NULL, false},
	{"/values", INNER, NEED_SESSION, page_values, NULL, false},
	{"/drafts", INNER, NEED_SESSION, page_drafts, post_drafts, false},
	{"/drafts/*", INNER, NEED_SESSION, page_draft, NULL, false},
	{"/drafts/*/value", INNER, NEED_SESSION, page_draft_value, post_draft_value, false},
	{"/drafts/*/choice", INNER, NEED_SESSION, page_draft_choice, post_draft_choice, false},
	{"/drafts/*/adopt", INNER, NEED_SESSION, NULL, post_draft_adopt, false},
	{"/drafts/*/discard", INNER, NEED_SESSION, NULL, post_draft_discard, false},
	{"/drafts/*/replay", INNER, NEED_SESSION, page_draft_replay, NULL, false},
	{"/ledger", INNER, NEED_SESSION, page_ledger, NULL, false},
	{"/ledger/*", INNER, NEED_SESSION, page_entry, NULL, false},
	{"/tokens", INNER, NEED_SESSION, page_tokens, post_token, false},
	{"/tokens/*/end", INNER, NEED_SESSION, NULL, post_token_end, false},
	{"/zones", INNER, NEED_SESSION, page_zones, NULL, false},
	{"/zones/ask", INNER, NEED_SESSION, page_zone_ask, post_zone_ask, false},
	{"/zones/cut", INNER, NEED_SESSION, page_zone_cut, post_zone_cut, false},
	{"/zones/restore", INNER, NEED_SESSION, NULL, post_zone_restore, false},
	{"/zones/pulled/*", INNER, NEED_SESSION, NULL, post_zone_pulled, false},
	{"/switches", INNER, NEED_SESSION, page_switches, NULL, false},
	{"/switches/*", INNER, NEED_SESSION, page_switch, post_switch, false},
	{"/operation", INNER, NEED_SESSION, page_operation, NULL, false},
	{"/operation/files/*", INNER, NEED_SESSION, NULL, post_retry, false},
};

/* One segment: up to the next '/', decoded, without a '/' of its own. */
static bool take_segment(struct slice *left, struct slice *out)
{
	size_t end = slice_find(*left, SLICE("/"));
	*out = slice_part(*left, 0, end);
	*left = end == SIZE_MAX ? (struct slice){NULL, 0} : slice_part(*left, end + 1, SIZE_MAX);
	return out->len > 0 && out->len <= 128;
}

static bool fits(const char *pattern, struct slice path, struct arena *arena,
                 struct slice part[ROUTE_PARTS])
{
	struct slice want = slice_str(pattern), a, b;
	size_t parts = 0;
	while (want.len && path.len) {
		if (!take_segment(&want, &a) || !take_segment(&path, &b))
			return false;
		if (!slice_is(a, "*")) {
			if (!slice_equal(a, b))
				return false;
			continue;
		}
		struct why why = {OK, "", ""};
		if (parts == ROUTE_PARTS || form_decode(b, false, arena, &part[parts], &why).code != OK ||
		    slice_find(part[parts++], SLICE("/")) != SIZE_MAX)
			return false;
	}
	return want.len == 0 && path.len == 0;
}

const struct route_row *route_find(enum web_zone zone, bool is_post, struct slice path,
                                   struct arena *arena, struct slice part[ROUTE_PARTS])
{
	if (path.len == 0 || path.at[0] != '/' || (path.len > 1 && slice_ends(path, SLICE("/"))))
		return NULL;
	struct slice rest = slice_part(path, 1, SIZE_MAX);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct route_row *row = &rows[i];
		if ((row->zones & (unsigned)zone) && (is_post ? row->post : row->get) &&
		    fits(row->pattern + 1, rest, arena, part))
			return row;
	}
	return NULL;
}
