#!/usr/bin/env python3
"""Small office and PDF documents as other programs write them.

Usage: make.py        (python-docx 1.2.0, openpyxl 3.1.5, reportlab 5.1.0, pikepdf 10.18.0, pillow 13.0.0, Python 3.11)

report.docx    title, headings of two levels, a paragraph in Chinese, a list, a table, deleted text (w:del)
budget.xlsx    a sheet with a header and three rows, a sheet without
guide.pdf      three pages, an outline, paragraphs over several lines with a divided word
chinese.pdf    one page in a Chinese font that is named and not embedded, as many printers write it
scanned.pdf    a picture and no text
locked.pdf     guide.pdf with a password
"""

import pathlib

import docx
import openpyxl
import pikepdf
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from PIL import Image
from reportlab.lib.pagesizes import A5
from reportlab.lib.units import cm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen import canvas

HERE = pathlib.Path(__file__).resolve().parent


def make_docx():
    document = docx.Document()
    document.core_properties.title = "Quarterly report"
    document.add_heading("Results", 1)
    document.add_paragraph("Revenue grew by 12 % against the quarter before.")
    document.add_heading("By region", 2)
    document.add_paragraph("亚洲市场增长最快，欧洲市场保持稳定。")
    for item in ("Asia: strong", "Europe: stable"):
        document.add_paragraph(item, style="List Bullet")
    table = document.add_table(rows=2, cols=3)
    for row, values in zip(table.rows, (("Region", "2024", "2025"), ("Asia", "31", "44"))):
        for cell, value in zip(row.cells, values):
            cell.text = value
    paragraph = document.add_paragraph("Kept")
    paragraph._p.append(parse_xml(f'<w:del {nsdecls("w")} w:id="1" w:author="a"><w:r><w:delText>removed</w:delText></w:r></w:del>'))
    document.add_heading("Outlook", 1)
    document.add_paragraph("The next quarter looks much like this one.")
    document.save(HERE / "report.docx")


def make_xlsx():
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Budget"
    sheet.append(["Item", "Amount", "备注"])
    sheet.append(["Servers", 1200.5, "每年"])
    sheet.append(["Licences", 300, None])
    sheet.append(["Travel", None, "only if needed"])
    other = book.create_sheet("Plain")
    other.append([1, 2, 3])
    other["E2"] = "far right"
    book.create_sheet("Empty")
    book.save(HERE / "budget.xlsx")


def make_pdf():
    pdf = canvas.Canvas(str(HERE / "guide.pdf"), pagesize=A5, invariant=True)
    pdf.setTitle("A short guide")
    pages = [
        ("Introduction", ["Retrieval finds passages of your documents that answer a ques-", "tion, and the model writes its answer from what was found there",
                          "instead of from memory."]),
        ("Installation", ["Install the package, then start the program for the first time", "and choose a folder of documents."]),
        ("Questions", ["Does it work without a network? Yes, everything is computed on", "this machine."]),
    ]
    for number, (title, lines) in enumerate(pages):
        pdf.bookmarkPage(title)
        pdf.addOutlineEntry(title, title, 0 if number < 2 else 1)
        pdf.setFont("Helvetica-Bold", 16)
        pdf.drawString(2 * cm, 18 * cm, title)
        pdf.setFont("Helvetica", 9)
        for row, line in enumerate(lines):
            pdf.drawString(2 * cm, 17 * cm - row * 12, line)
        pdf.showPage()
    pdf.save()

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    pdf = canvas.Canvas(str(HERE / "chinese.pdf"), pagesize=A5, invariant=True)
    pdf.setFont("STSong-Light", 12)
    pdf.drawString(2 * cm, 17 * cm, "检索增强生成先查找资料，再回答问题，所以答案总是最新的，而且")
    pdf.drawString(2 * cm, 17 * cm - 15, "每一句话都有出处。")
    pdf.save()

    Image.new("L", (64, 64), 200).save(HERE / "scan.png")
    pdf = canvas.Canvas(str(HERE / "scanned.pdf"), pagesize=A5, invariant=True)
    pdf.drawImage(str(HERE / "scan.png"), 2 * cm, 2 * cm, 10 * cm, 10 * cm)
    pdf.save()
    (HERE / "scan.png").unlink()

    with pikepdf.open(HERE / "guide.pdf") as source:
        source.save(HERE / "locked.pdf", encryption=pikepdf.Encryption(owner="owner", user="user"))


make_docx()
make_xlsx()
make_pdf()
