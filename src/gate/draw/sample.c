/* The page that is drawn before the jail closes: what libraries load at their first
 * letter is loaded then. */
#include "gate/draw/internal.h"

enum { OBJECTS = 9 };

static const char *const objects[OBJECTS] = {
	"<</Type/Catalog/Pages 2 0 R>>",
	"<</Type/Pages/Count 1/Kids[3 0 R]>>",
	"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents 4 0 R/Resources<</Font<</A 5 0 R/B 6 0 R/C 8 0 R>>>>>>",
	"<</Length 213>>stream\n"
	"BT/A 30 Tf 20 240 Td(Sekisho)Tj ET BT/B 30 Tf 20 180 Td<93FA967B8CEA>Tj ET "
	"BT/C 30 Tf 20 120 Td<95B68E9A>Tj ET 0 0 1 rg 20 20 100 60 re f "
	"/DeviceGray cs 0.5 sc 150 20 m 250 20 250 80 200 80 c f                    \nendstream",
	"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
	"<</Type/Font/Subtype/Type0/BaseFont/Ryumin-Light/Encoding/90ms-RKSJ-H/DescendantFonts[7 0 R]>>",
	"<</Type/Font/Subtype/CIDFontType0/BaseFont/Ryumin-Light/CIDSystemInfo<</Registry(Adobe)/Ordering(Japan1)/Supplement 2>>"
	"/FontDescriptor<</Type/FontDescriptor/FontName/Ryumin-Light/Flags 6/FontBBox[0 -120 1000 880]/ItalicAngle 0/Ascent 880"
	"/Descent -120/CapHeight 700/StemV 80>>>>",
	"<</Type/Font/Subtype/Type0/BaseFont/GothicBBB-Medium/Encoding/90ms-RKSJ-H/DescendantFonts[9 0 R]>>",
	"<</Type/Font/Subtype/CIDFontType0/BaseFont/GothicBBB-Medium/CIDSystemInfo<</Registry(Adobe)/Ordering(Japan1)/Supplement 2>>"
	"/FontDescriptor<</Type/FontDescriptor/FontName/GothicBBB-Medium/Flags 4/FontBBox[0 -120 1000 880]/ItalicAngle 0/Ascent 880"
	"/Descent -120/CapHeight 700/StemV 80>>>>",
};

void sample_pdf(struct buffer *out)
{
	size_t places[OBJECTS];
	buffer_init(out, 16384);
	buffer_put_str(out, "%PDF-1.7\n");
	for (unsigned i = 0; i < OBJECTS; i++) {
		places[i] = out->len;
		buffer_printf(out, "%u 0 obj\n%s\nendobj\n", i + 1, objects[i]);
	}
	size_t xref = out->len;
	buffer_printf(out, "xref\n0 %d\n0000000000 65535 f \n", OBJECTS + 1);
	for (size_t i = 0; i < OBJECTS; i++)
		buffer_printf(out, "%010zu 00000 n \n", places[i]);
	buffer_printf(out, "trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%zu\n%%%%EOF\n", OBJECTS + 1, xref);
}
