/* base/banned.h - calls that name themselves when used
 * Given to every file of src/ on the compiler's command line.             */
#ifndef SEKISHO_BASE_BANNED_H
#define SEKISHO_BASE_BANNED_H
#if !defined(SEKISHO_RELAXED)
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#undef strcpy
#undef strcat
#undef strncpy
#undef strncat
#undef sprintf
#undef vsprintf
#undef strtok
#undef atoi
#undef atol
#undef atof
#undef gets
#undef gmtime
#undef localtime
#undef ctime
#undef asctime
#undef mktime
#undef rand
#undef srand
#undef system
#undef popen
#undef tmpnam
#undef mktemp
#undef alloca
#pragma GCC poison strcpy strcat strncpy strncat sprintf vsprintf strtok atoi atol atof gets
#pragma GCC poison gmtime localtime ctime asctime rand srand system popen tmpnam mktemp alloca
#endif
#endif
