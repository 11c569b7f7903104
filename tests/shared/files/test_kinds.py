"""Files that are neither CSV nor XLSX are refused with what they are."""

import gzip
import io
import zipfile

import pytest

from shared.errors import Fault, Invalid
from shared.files.tables import read_table

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(200_000)
"""The beginning of a file of old Office programs."""


def fault_of(content: bytes) -> Fault:
    """Return the fault for which a file is refused."""
    with pytest.raises(Invalid) as refused:
        read_table(io.BytesIO(content))
    return refused.value.faults[0]


def archive(*names: str) -> bytes:
    """Return a ZIP archive with files of these names."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as target:
        for name in names:
            target.writestr(name, "a,b\n1,2\n")
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (OLE, ".xls"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "HTML"),
        (b"\xef\xbb\xbf\r\n  <TABLE border=1><tr><td>1</td></tr></TABLE>", "HTML"),
        (b"<!DOCTYPE html>\n<p>Sign in</p>", "HTML"),
        ("\ufeff<html><body>x</body></html>".encode("utf-16-le"), "HTML"),
        (b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'/>", "HTML"),
        (
            b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>',
            "XML spreadsheet",
        ),
        (b'<?xml version="1.0"?><data/>', "XML"),
        (b"%PDF-1.7\n", "PDF"),
        (gzip.compress(b"a,b\n1,2\n"), "gzip"),
        (archive("customers.csv"), "ZIP"),
        (archive("mimetype", "content.xml", "META-INF/manifest.xml"), ".ods"),
        (archive("Index/Document.iwa", "Metadata/Properties.plist"), ".numbers"),
        (archive("[Content_Types].xml", "xl/workbook.bin"), ".xlsb"),
        (archive("[Content_Types].xml", "word/document.xml"), ".docx"),
        (archive(), "ZIP"),
    ],
)
def test_a_file_of_another_kind_is_refused_with_what_it_is(content: bytes, kind: str) -> None:
    fault = fault_of(content)
    assert (fault.pointer, fault.code) == ("/file", "other_kind")
    assert kind in fault.message
    assert "save it as XLSX or CSV" in fault.message


def test_a_workbook_with_a_password_is_refused_with_the_advice_to_remove_it() -> None:
    fault = fault_of(OLE + "EncryptedPackage".encode("utf-16-le") + bytes(4000))
    assert fault.code == "password"
    assert "Remove the password" in fault.message


def test_a_csv_file_whose_header_begins_with_a_bracket_is_read() -> None:
    assert read_table(io.BytesIO(b"<id>,name\n1,a\n")).header == ["<id>", "name"]
