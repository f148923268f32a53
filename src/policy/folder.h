/* policy/folder.h - the one file of this room that reads the disk
 *
 * For programs at their start, before the jail: everything ending in .pol in
 * the folders given is read (plain files only, sorted by name) and loaded.
 * Findings name a file by the last name of its folder: hannan-2022-07/1-basic.pol. */
#ifndef SEKISHO_POLICY_FOLDER_H
#define SEKISHO_POLICY_FOLDER_H

#include "policy/policy.h"

/* policy_load_folders
 * folders  e.g. {"vocabulary", "policies/hannan-2022-07"}; not walked deeper
 * errors   those of policy_load; E_ABSENT no such folder; E_SYSTEM; E_LIMIT   */
struct result policy_load_folders(const char *const *folders, size_t count, struct arena *arena,
                                  struct policy **out, struct findings *findings,
                                  struct why *why) MUST;

/* policy_read_folders - the same files, read and not loaded; texts live in the arena */
struct result policy_read_folders(const char *const *folders, size_t count, struct arena *arena,
                                  struct policy_source **out, size_t *read, struct why *why) MUST;
/* policy_read_editions - vocabulary, every edition of that policy on the shelf
 * (share/policies), and what they adopt                                     */
struct result policy_read_editions(const char *share, const char *name, struct arena *arena,
                                   struct policy_source **out, size_t *count, struct why *why) MUST;

/* policy_edition_folders - the folders that policy_load_edition reads
 * out      count of them, written on success, in the arena; the vocabulary first
 * errors   those of policy_load_edition; E_LIMIT more than `most`            */
struct result policy_edition_folders(const char *share, const char *id, struct arena *arena,
                                     const char **out, size_t most, size_t *count,
                                     struct why *why) MUST;

/* policy_load_edition - one edition, the vocabulary, and whatever it adopts
 * share   the folder that holds vocabulary/ and policies/
 * id      a folder of policies/, or the beginning of its name up to a '-' (the newest
 *         of them); all editions of a policy that it adopts, and
 *         of what that adopts, are loaded with it
 * errors  those of policy_load_folders; E_INPUT the id is no folder's name   */
struct result policy_load_edition(const char *share, const char *id, struct arena *arena,
                                  struct policy **out, struct findings *findings,
                                  struct why *why) MUST;

#endif
