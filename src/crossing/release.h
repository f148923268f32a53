/* crossing/release.h - the only way a file becomes released
 *
 * `struct release` cannot be made but here, and only out of what the checks
 * themselves answered.  Whoever holds one may write it, once.
 */
#ifndef SEKISHO_CROSSING_RELEASE_H
#define SEKISHO_CROSSING_RELEASE_H

#include "crossing/internal.h"

struct release;

/* release_of - a file whose checks stand in the ledger (state checked): its clean
 * item is read back and must still be what was checked; then the policy is asked
 * with every check done
 * out       NULL when the policy does not pass it now
 * decision  what it answered
 * errors    E_TAMPERED the clean item is not what was checked              */
struct result release_of(struct crossings *c, const struct file_row *file,
                         const struct crossing_row *row, const struct crossing_detail *detail,
                         struct arena *arena, struct release **out,
                         const struct decision **decision, struct why *why) MUST;
/* release_write - inside a transaction; outward and protected files are
 * encrypted here, and the record book is written (handed.h)                 */
struct result release_write(struct crossings *c, const struct release *release, struct arena *arena,
                            struct why *why) MUST;

/* protect_item - a sealed item as an AES-256 encrypted zip of one member
 * source  WinZip AE-2 specification                                        */
struct result protect_item(struct crossings *c, const char *item, const char *name,
                           const char *password, struct vault_info *out, struct why *why) MUST;

/* protect_file - the same of an open file from its beginning; fd stays the caller's
 * until_ms  when the item may be erased                                     */
struct result protect_file(struct crossings *c, int fd, const char *name, const char *password, int64_t until_ms,
                           struct vault_info *out, struct why *why) MUST;

#endif
