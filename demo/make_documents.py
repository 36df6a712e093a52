#!/usr/bin/env python3
"""Makes the demo's DOCX and PDF from source/*.txt, byte for byte the same each time.

A source line is a heading (#, ##), a list item (- ), a page break (--- page) or a paragraph.
  make_documents.py           write demo/documents/…
  make_documents.py --check   exit 1 if a document is not what its source makes
"""
import io
import os
import sys
import zipfile
from xml.sax.saxutils import escape

HERE = os.path.dirname(os.path.abspath(__file__))


def blocks(name):
    with open(os.path.join(HERE, "source", name), encoding="utf-8") as stream:
        for line in stream.read().splitlines():
            for mark, kind in (("## ", "heading2"), ("# ", "heading1"), ("- ", "item"), ("--- page", "page")):
                if line.startswith(mark):
                    yield kind, line[len(mark):]
                    break
            else:
                yield "paragraph", line


# ---- DOCX ----

_WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = (f'{_XML}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
          'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
          '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" '
          'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>'
          '<Override PartName="/word/styles.xml" '
          'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/></Types>')
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def _relation(kind, target):
    return (f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
            f'Type="{_OFFICE}/{kind}" Target="{target}"/></Relationships>')


def _style(style_id, name, level=None, size=22):
    outline = "" if level is None else f'<w:pPr><w:outlineLvl w:val="{level}"/></w:pPr>'
    bold = "" if level is None else "<w:b/>"
    return (f'<w:style w:type="paragraph" w:styleId="{style_id}"><w:name w:val="{name}"/>{outline}'
            f'<w:rPr>{bold}<w:sz w:val="{size}"/></w:rPr></w:style>')


def docx(name):
    styles = {"heading1": "Heading1", "heading2": "Heading2", "item": "ListParagraph", "paragraph": "Normal"}
    body = "".join(f'<w:p><w:pPr><w:pStyle w:val="{styles[kind]}"/></w:pPr><w:r><w:t xml:space="preserve">'
                   f'{escape(("• " if kind == "item" else "") + text)}</w:t></w:r></w:p>' for kind, text in blocks(name))
    sheet = (_style("Normal", "Normal") + _style("Heading1", "heading 1", 0, 36) + _style("Heading2", "heading 2", 1, 28)
             + _style("ListParagraph", "List Paragraph"))
    parts = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _relation("officeDocument", "word/document.xml"),
        "word/document.xml": f"{_XML}<w:document {_WORD}><w:body>{body}<w:sectPr/></w:body></w:document>",
        "word/styles.xml": f"{_XML}<w:styles {_WORD}>{sheet}</w:styles>",
        "word/_rels/document.xml.rels": _relation("styles", "styles.xml"),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for path, content in parts.items():
            archive.writestr(zipfile.ZipInfo(path, (2026, 1, 1, 0, 0, 0)), content)
    return out.getvalue()


# ---- PDF: A4, Helvetica, text only ----

# Widths of Helvetica's printable ASCII characters in 1/1000 of the size, from space on.
_WIDTHS = [278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, *[556] * 10, 278, 278, 584, 584, 584, 556,
           1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944,
           667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556,
           556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584]
_LOOK = {"heading1": ("F2", 20, 14), "heading2": ("F2", 14, 10), "item": ("F1", 11, 4), "paragraph": ("F1", 11, 6)}
_LEFT, _TOP, _WIDTH = 56, 780, 480


def _wrap(text, size):
    lines, line = [], ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if line and sum(_WIDTHS[ord(c) - 32] for c in longer) * size / 1000 > _WIDTH - 16:
            lines.append(line)
            longer = word
        line = longer
    return lines + [line]


def _pages(name):
    page, y = [], _TOP
    for kind, text in blocks(name):
        if kind == "page":
            yield "\n".join(page)
            page, y = [], _TOP
            continue
        font, size, gap = _LOOK[kind]
        y -= gap
        for number, line in enumerate(_wrap(text, size)):
            y -= size * 1.3
            mark = "- " if kind == "item" and number == 0 else ""
            safe = (mark + line).replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
            indent = _LEFT + (16 if kind == "item" and not mark else 8 if mark else 0)
            page.append(f"BT /{font} {size} Tf {indent} {y:.1f} Td ({safe}) Tj ET")
    yield "\n".join(page)


def pdf(name):
    pages = list(_pages(name))
    kids = " ".join(f"{6 + 2 * i} 0 R" for i in range(len(pages)))
    title = next(text for kind, text in blocks(name) if kind == "heading1")
    objects = ["<< /Type /Catalog /Pages 2 0 R /Lang (en) >>", f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
               "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
               "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>",
               f"<< /Title ({title}) >>"]
    for number, content in enumerate(pages):
        objects.append("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> "
                       f"/Contents {7 + 2 * number} 0 R >>")
        objects.append(f"<< /Length {len(content)} >>\nstream\n{content}\nendstream")
    out, offsets = "%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    out += (f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n"
            f"<< /Size {len(objects) + 1} /Root 1 0 R /Info 5 0 R >>\nstartxref\n{len(out)}\n%%EOF\n")
    return out.encode("ascii")


DOCUMENTS = {"zh/security-checklist.docx": lambda: docx("security-checklist.txt"),
             "en/cost-planning.pdf": lambda: pdf("cost-planning.txt")}


def main(arguments):
    stale = []
    for target, make in DOCUMENTS.items():
        path, content = os.path.join(HERE, "documents", target), make()
        if arguments == ["--check"]:
            with open(path, "rb") as stream:
                if stream.read() != content:
                    stale.append(target)
        else:
            with open(path, "wb") as stream:
                stream.write(content)
    if stale:
        print("not what their sources make, run demo/make_documents.py: " + ", ".join(stale))
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
