"""What may happen to an approved PDF on its way; each function of the tables returns the bytes of an altered copy."""

import io
import json
import re

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from returns.values.digests import canonical

PAGE = 9  # from 0; in section 2, with links, pictures and two fonts


PACKED, UNPACKED = pikepdf.ObjectStreamMode.generate, pikepdf.ObjectStreamMode.disable


def rewritten(body: bytes, change=lambda _: None, object_stream_mode=UNPACKED, **how) -> bytes:
    """The file after `change` did something to the opened PDF; `how` it is saved. Always longer than a stored one."""
    with pikepdf.open(io.BytesIO(body)) as pdf:
        change(pdf)
        written = io.BytesIO()
        pdf.save(written, object_stream_mode=object_stream_mode, **how)
    return written.getvalue()


def attached(pdf, name: str):
    """The embedded file of that name, as a stream to read or write."""
    names = list(pdf.Root.Names.EmbeddedFiles.Names)
    (found,) = [spec for key, spec in zip(names[::2], names[1::2], strict=True) if str(key) == name]
    return found.EF.F


def with_data(body: bytes, text: bytes) -> bytes:
    """Other answers in the place of those attached, and nothing else."""
    return rewritten(body, lambda pdf: attached(pdf, "return.json").write(text))


def with_changed_data(body: bytes, change) -> bytes:
    """After `change` did something to the attached answers."""
    with pikepdf.open(io.BytesIO(body)) as pdf:
        data = json.loads(attached(pdf, "return.json").read_bytes())
    change(data)
    return with_data(body, canonical(data).encode())


# The bytes.


def flipped(body: bytes, at: int, count: int = 1) -> bytes:
    changed = bytes(each ^ 1 for each in body[at : at + count])
    return body[:at] + changed + body[at + count :]


def in_comment(body: bytes) -> bytes:
    """In the second line, which no reader reads."""
    return flipped(body, body.index(b"%", 5) + 1)


def in_page(body: bytes) -> bytes:
    """In the packed drawing of a page."""
    with pikepdf.open(io.BytesIO(body)) as pdf:
        packed = pdf.pages[PAGE].obj.Contents[1].read_raw_bytes()
    return flipped(body, body.index(packed) + len(packed) // 2)


def in_table_of_objects(body: bytes) -> bytes:
    """At its beginning, so that no reader finds it, nor by searching the objects that are packed into others."""
    return flipped(body, int(re.search(rb"startxref\s+(\d+)\s+%%EOF\s*\Z", body)[1]), 12)


def with_update(body: bytes) -> bytes:
    """As a program saves that only appends: the old page is still in the file, a white one is shown."""
    with pikepdf.open(io.BytesIO(body)) as pdf:
        number = pdf.pages[PAGE].obj.Contents[1].objgen[0]
        size, root, info = (int(pdf.trailer.Size), *(pdf.trailer[k].objgen[0] for k in ("/Root", "/Info")))
    before = int(re.search(rb"startxref\s+(\d+)\s+%%EOF\s*\Z", body)[1])
    new = b"%d 0 obj\n<< /Length 0 >>\nstream\n\nendstream\nendobj\n" % number
    table = b"xref\n%d 1\n%010d 00000 n \n" % (number, len(body))
    trailer = b"trailer\n<< /Size %d /Root %d 0 R /Info %d 0 R /Prev %d >>\n" % (size, root, info, before)
    end = b"startxref\n%d\n%%%%EOF\n" % (len(body) + len(new))
    return body + new + table + trailer + end


# The pages.


def on_page(change):
    return lambda body: rewritten(body, lambda pdf: change(pdf.pages[PAGE]))


def on_file(change):
    return lambda body: rewritten(body, change)


def other_drawing(page):
    drawn = page.obj.Contents[1]
    drawn.write(drawn.read_bytes().replace(b"0.070588 0.090196", b"0.970588 0.090196", 1))


def white_cover(page):
    page.contents_add(b"\nq 1 1 1 rg 0 0 600 850 re f Q\n")


def other_foot(page):
    foot = page.obj.Resources.XObject["/Frame"]
    foot.write(foot.read_bytes() + b"\n0 0 100 100 re f\n")


def fonts_of(page) -> list:
    return [page.obj.Resources.Font[name] for name in sorted(page.obj.Resources.Font.keys())]


def swapped_fonts(page):
    """In the very dictionary that other pages share."""
    fonts = page.obj.Resources.Font
    one, other = sorted(fonts.keys())[:2]
    fonts[one], fonts[other] = fonts[other], fonts[one]


def other_letters(page):
    one, other = (font.DescendantFonts[0].FontDescriptor.FontFile2 for font in fonts_of(page)[:2])
    one.write(other.read_bytes())


def other_reading(page):
    """What is seen stays; what is copied out and searched for is another."""
    text = fonts_of(page)[0].ToUnicode
    text.write(text.read_bytes().replace(b"<0065>", b"<006f>"))


def invisible(page):
    page.obj.Resources.ExtGState = Dictionary({"/a1.0": Dictionary(ca=0)})


def other_picture(page):
    page.obj.Resources.XObject["/x0"].write(b"0 0 9 9 re f")


def other_colours(page):
    """The colour space of this page alone."""
    page.obj.Resources.ColorSpace = Dictionary(
        {**dict(page.obj.Resources.ColorSpace.items()), "/srgb": Name.DeviceRGB}
    )


def noted(page):
    note = Dictionary(Type=Name.Annot, Subtype=Name.FreeText, Rect=[0, 0, 90, 90], Contents=String("Not so"))
    page.obj.Annots = Array([*page.obj.get("/Annots", ()), note])


def linked_elsewhere(pdf):
    """The first link in the contents."""
    pdf.pages[1].obj.Annots[0].Dest = String("section-efficiency")


def linked_to_web(pdf):
    link = pdf.pages[1].obj.Annots[0]
    del link.Dest
    link.A = Dictionary(S=Name.URI, URI=String("https://example.org/"))


def scripted_link(pdf):
    link = pdf.pages[1].obj.Annots[0]
    del link.Dest
    link.A = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


def other_appearance(pdf):
    """A link, invisible before, that now draws a white sheet."""
    sheet = pdf.make_stream(
        b"1 1 1 rg 0 0 600 850 re f", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 600, 850]
    )
    pdf.pages[1].obj.Annots[0].AP = Dictionary(N=sheet)


def with_field(pdf):
    field = pdf.make_indirect(
        Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name.Tx,
            T=String("over"),
            V=String("£1"),
            Rect=[0, 0, 90, 90],
        )
    )
    pdf.pages[PAGE].obj.Annots = Array([field])
    pdf.Root.AcroForm = Dictionary(Fields=[field])


def with_layer(pdf):
    """The page is drawn in a layer that is switched off."""
    layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("All")))
    pdf.Root.OCProperties = Dictionary(OCGs=[layer], D=Dictionary(OFF=[layer]))
    page = pdf.pages[PAGE].obj
    page.Resources.Properties = Dictionary(All=layer)
    page.Contents.insert(0, pdf.make_stream(b"/OC /All BDC\n"))
    page.Contents.append(pdf.make_stream(b"\nEMC"))


def turned_from_above(pdf):
    """Every page at once, by what they inherit."""
    pdf.Root.Pages.Rotate = 180


def inserted(pdf):
    pdf.add_blank_page(page_size=(595, 842))
    last = pdf.pages[-1]
    del pdf.pages[-1]
    pdf.pages.insert(4, last)


def swapped_pages(pdf):
    page = pdf.pages[4]
    del pdf.pages[4]
    pdf.pages.insert(6, page)


# What belongs to no page.


def with_script(pdf):
    pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


def other_alternative(pdf):
    """What a screen reader says in the place of a picture."""
    found = next(each for each in pdf.objects if isinstance(each, Dictionary) and "/Alt" in each)
    found.Alt = String(f"{found.Alt}, or not")


def without_tags(pdf):
    del pdf.Root.StructTreeRoot


def other_description(pdf):
    pdf.Root.Metadata.write(pdf.Root.Metadata.read_bytes().replace(b"IEG4 return 2004", b"IEG4 return 2005"))


def without_data(pdf):
    del pdf.attachments["return.json"]


def second_data(pdf):
    """Two attachments of one name: which of them is read is up to the program."""
    names = pdf.Root.Names.EmbeddedFiles.Names
    spec = pikepdf.AttachedFileSpec(pdf, b"{}", mime_type="application/json", filename="return.json")
    names.append(String("return.json"))
    names.append(spec.obj)


def data_and_page(body: bytes) -> bytes:
    changed = with_changed_data(body, lambda data: data.update(cabinet_date="2004-12-04"))
    return on_page(other_drawing)(changed)


def spelt_otherwise(body: bytes) -> bytes:
    with pikepdf.open(io.BytesIO(body)) as pdf:
        data = json.loads(attached(pdf, "return.json").read_bytes())
    return with_data(body, json.dumps(data, indent=1).encode())


COPIES = {
    "stored file": lambda body: body,
    "first half": lambda body: body[: len(body) // 2],
    "all but the last byte": lambda body: body[:-1],
    "one byte more": lambda body: body + b"\n",
    "update appended": with_update,
    "byte of a comment": in_comment,
    "byte of a page": in_page,
    "bytes of the table of objects": in_table_of_objects,
    "zeros in the middle": lambda body: body[:9000] + bytes(len(body) - 18000) + body[-9000:],
    "saved again": rewritten,
    "linearised": lambda body: rewritten(body, linearize=True),
    "linearised and packed": lambda body: rewritten(body, linearize=True, object_stream_mode=PACKED),
    "everything unpacked": lambda body: rewritten(
        body, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.generalized
    ),
    "protected from changes": lambda body: rewritten(body, encryption=pikepdf.Encryption(owner="o", user="")),
    "protected from reading": lambda body: rewritten(body, encryption=pikepdf.Encryption(owner="o", user="u")),
    "drawing": on_page(other_drawing),
    "white cover": on_page(white_cover),
    "foot": on_page(other_foot),
    "fonts swapped": on_page(swapped_fonts),
    "letters of a font": on_page(other_letters),
    "reading of a font": on_page(other_reading),
    "invisible": on_page(invisible),
    "picture": on_page(other_picture),
    "colour space": on_page(other_colours),
    "MediaBox": on_page(lambda page: page.obj.__setitem__("/MediaBox", Array([0, 0, 595, 400]))),
    "CropBox": on_page(lambda page: page.obj.__setitem__("/CropBox", Array([0, 400, 595, 842]))),
    "Rotate": on_page(lambda page: page.obj.__setitem__("/Rotate", 180)),
    "UserUnit": on_page(lambda page: page.obj.__setitem__("/UserUnit", 2)),
    "rotation inherited": on_file(turned_from_above),
    "note": on_page(noted),
    "field": on_file(with_field),
    "layer": on_file(with_layer),
    "link within": on_file(linked_elsewhere),
    "link to the web": on_file(linked_to_web),
    "script of a link": on_file(scripted_link),
    "appearance of a link": on_file(other_appearance),
    "page deleted": on_file(lambda pdf: pdf.pages.remove(p=3)),
    "page inserted": on_file(inserted),
    "page repeated": on_file(lambda pdf: pdf.pages.append(pdf.pages[4])),
    "pages in another order": on_file(swapped_pages),
    "answer": lambda body: with_changed_data(body, lambda data: data.update(cabinet_date="2004-12-04")),
    "answer and page": data_and_page,
    "answers in other spelling": spelt_otherwise,
    "answers removed": on_file(without_data),
    "answers replaced by noise": lambda body: with_data(body, b"\xff\xfe{"),
    "answers attached twice": on_file(second_data),
    "spreadsheet": on_file(lambda pdf: attached(pdf, "return.xlsx").write(b"other")),
    "script on opening": on_file(with_script),
    "words for a screen reader": on_file(other_alternative),
    "tags removed": on_file(without_tags),
    "colour profile": on_file(lambda pdf: pdf.Root.OutputIntents[0].DestOutputProfile.write(b"other")),
    "title": on_file(lambda pdf: pdf.docinfo.__setitem__("/Title", "Another")),
    "description": on_file(other_description),
    "bookmark": on_file(lambda pdf: pdf.Root.Outlines.First.__setitem__("/Title", String("Content"))),
    "language": on_file(lambda pdf: pdf.Root.__setitem__("/Lang", String("cy"))),
}  # fmt: skip
