/* policy/headings.h - what the chapters and sections of a book are about */
#ifndef SEKISHO_POLICY_HEADINGS_H
#define SEKISHO_POLICY_HEADINGS_H

#include "policy/policy.h"

/* policy_heading - the title of the chapter or section of that number, as the edition's
 * citations print it (第2章 2.2); "" where it has none                         */
const char *policy_heading(const struct policy *policy, const struct policy_edition *edition,
                           struct slice cite);

#endif
