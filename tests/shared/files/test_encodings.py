"""In which encoding a CSV file is read, and that it is never taken for another one."""

import io
from itertools import combinations

import pytest

from shared.errors import Fault, Invalid
from shared.files.encodings import CODECS
from shared.files.tables import Table, read_table


def table_of(content: bytes, encoding: str | None = None) -> Table:
    """Return the table in a file."""
    return read_table(io.BufferedReader(io.BytesIO(content)), encoding=encoding)


def read_rows(content: bytes, encoding: str | None = None) -> list[list[str]]:
    """Read a file; return its header and then the cells of each line."""
    table = table_of(content, encoding)
    return [table.header, *(line.cells for line in table.lines)]


def fault_of(content: bytes, encoding: str | None = None) -> Fault:
    """Return the fault for which a file is refused."""
    with pytest.raises(Invalid) as error:
        read_rows(content, encoding)
    return error.value.faults[0]


NAMES = {
    "gb18030": ["王秀英", "李建国", "苏州华东家电有限公司", "上海浦东商贸行", "张伟", "鑫源超市"],
    "big5": ["陳怡君", "林志明", "高雄電器行", "統一超商股份有限公司", "黃淑芬", "臺北百貨"],
    "shift_jis": ["佐藤商店", "鈴木一郎", "ヤマダ電機", "株式会社山本", "ﾀﾅｶ ﾊﾅｺ", "渡辺美咲"],
    "euc-kr": ["김민준", "삼성전자", "주식회사 한국식품", "이서연", "부산무역", "현대자동차"],
    "windows-1252": ["José Núñez", "São João", "CONCEIÇÃO", "François", "Müller & Söhne", "Åström"],
}
"""Names of customers that a file in each encoding may have."""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_chinese_text_is_read_in_utf_8_with_or_without_a_byte_order_mark_and_in_gbk(
    encoding: str,
) -> None:
    content = "编号,名称\r\n1,华东百货\r\n".encode(encoding)
    assert read_rows(content) == [["编号", "名称"], ["1", "华东百货"]]
    assert table_of(content).encoding == ("gb18030" if encoding == "gbk" else "utf-8")


@pytest.mark.parametrize("encoding", NAMES.keys() - {"gb18030"})
@pytest.mark.parametrize("count", [1, 2, 3, 6])
def test_a_short_file_of_names_in_another_encoding_is_never_taken_for_chinese(
    encoding: str, count: int
) -> None:
    for names in combinations(NAMES[encoding], count):
        lines = (f"{number},{name}\n" for number, name in enumerate(names))
        content = f"external_id,name\n{''.join(lines)}".encode(CODECS[encoding])
        fault = fault_of(content)
        assert (fault.code, fault.params["encoding"]) == ("encoding", "utf-8")
        assert all(name in fault.message for name in CODECS)
        assert table_of(content, encoding).encoding == encoding
        assert [cells[1] for cells in read_rows(content, encoding)[1:]] == list(names)


def test_a_short_file_of_chinese_names_is_recognized_as_gb18030() -> None:
    for names in combinations(NAMES["gb18030"], 3):
        content = "\n".join(("name", *names)).encode("gbk")
        assert table_of(content).encoding == "gb18030"


@pytest.mark.parametrize("name", ["王强", "洗衣机", "苏州", "上海浦东商贸行"])
def test_one_common_chinese_word_is_recognized_as_gb18030(name: str) -> None:
    assert table_of(f"name\n{name}\n".encode("gbk")).encoding == "gb18030"


def test_letters_beside_chinese_characters_do_not_make_a_file_implausible() -> None:
    text = "id,名称\n1,TCL集团股份有限公司\n2,A座三层\n3,卡拉OK广场\n4,维生素C片\n"
    assert read_rows(text.encode("gbk"))[4] == ["4", "维生素C片"]


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("header", ["external_id,name", "编号,name", "id,名称,一二", "上次,刊"])
@pytest.mark.parametrize("encoding", [None, "utf-16", "utf-8", "gb18030"])
def test_a_utf_16_file_with_a_byte_order_mark_is_read(
    codec: str, header: str, encoding: str | None
) -> None:
    content = f'\ufeff"{header.replace(",", chr(34) + ",", 1)}\r\n1,华东,\r\n'.encode(codec)
    table = table_of(content, encoding)
    assert (table.header, table.encoding) == (header.split(","), "utf-16")


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("header", ["external_id,name", "编号,name", "id,名称,一二", "上次,刊"])
def test_a_utf_16_file_without_a_byte_order_mark_is_recognized_by_its_lines(
    codec: str, header: str
) -> None:
    content = f"{header}\r\n1,华东\r\n".encode(codec)
    for encoding in (None, "utf-16"):
        assert table_of(content, encoding).header == header.split(",")
    fault = fault_of(content, "gb18030")
    assert (fault.code, fault.params["encoding"]) == ("encoding", "utf-16")
    assert fault.message.startswith("The file is UTF-16, not gb18030. Set `encoding`")


@pytest.mark.parametrize("codec", ["utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("mark", ["\ufeff", ""])
@pytest.mark.parametrize("encoding", [None, "utf-8"])
def test_a_utf_32_file_is_refused_with_the_name_of_its_encoding(
    codec: str, mark: str, encoding: str | None
) -> None:
    fault = fault_of(f"{mark}编号,name\r\n1,华东\r\n".encode(codec), encoding)
    assert (fault.code, fault.params["encoding"]) == ("encoding", "utf-32")
    assert fault.message.startswith("The file is UTF-32. ")


def test_a_utf_8_file_with_one_invalid_byte_is_not_taken_for_another_encoding() -> None:
    content = "名称\n华东百货\n西南商场\n".encode() + b"M\xfcller\n"
    fault = fault_of(content)
    assert (fault.code, fault.message[:21]) == ("encoding", "Line 4 is not utf-8. ")


@pytest.mark.parametrize("encoding", ["gbk", "gb18030", "big5", "windows-1252", "shift_jis"])
def test_a_utf_8_file_is_not_read_in_another_encoding_that_is_requested(encoding: str) -> None:
    """The file of errors is UTF-8, and an editor may have removed its byte order mark."""
    fault = fault_of("编号,名称\n1,苏州华东\n".encode(), encoding)
    assert (fault.code, fault.params["encoding"]) == ("encoding", "utf-8")
    assert fault.message.startswith("The file is UTF-8, not ")


def test_a_character_that_another_program_has_lost_is_valid_utf_8() -> None:
    content = "name\nPe\ufffda\n".encode()
    assert read_rows(content)[-1] == ["Pe\ufffda"]
    fault = fault_of(content + b"x\nPe\xf1a\n")
    assert (fault.code, fault.params["line"]) == ("encoding", 4)


@pytest.mark.parametrize("line_break", ["\n", "\r", "\r\n"])
def test_the_number_of_a_line_counts_every_kind_of_line_break(line_break: str) -> None:
    lines = ["id,name", "1,x", "2,Muñoz", "3,y"]
    content = line_break.join(lines).encode("windows-1252")
    for encoding in (None, "utf-8"):
        with pytest.raises(Invalid) as refused:
            list(read_table(io.BytesIO(content), encoding=encoding).lines)
        assert refused.value.faults[0].params["line"] == 3


@pytest.mark.parametrize("line_break", ["\r", "\r\n"])
def test_a_utf_16_file_without_a_mark_is_recognized_by_line_breaks_of_any_kind(
    line_break: str,
) -> None:
    content = line_break.join(["id,name", "1,海"]).encode("utf-16-le")
    assert [line.cells for line in read_table(io.BytesIO(content)).lines] == [["1", "海"]]


def test_a_requested_encoding_overrides_the_guessed_one() -> None:
    content = b"a\nn\n" + "名".encode("gbk") + b"\n"
    assert read_rows(content, "gbk")[-1] == ["名"]
    assert table_of(content, "gbk").encoding == "gb18030"
    assert fault_of(content, "utf-8").code == "encoding"


def test_a_byte_order_mark_overrides_the_requested_encoding() -> None:
    content = "名称\n华东百货\n".encode("utf-8-sig")
    assert read_rows(content, "gbk") == [["名称"], ["华东百货"]]
    fault = fault_of(content + b"\xff\n", "gbk")
    assert fault.message.startswith("Line 3 is not utf-8")


GBK = "品名".encode("gbk")
CHINESE = "编号,姓名,所在城市\n".encode("gbk")


@pytest.mark.parametrize(
    ("content", "encoding", "line", "found"),
    [
        (GBK, "utf-8", 1, "utf-8"),
        (b"a\n" + b'"x\ny"\n' * 9000 + GBK, "utf-8", 18002, "utf-8"),
        (b"a\n" + b"x\n" * 90_000 + GBK, None, 90002, "utf-8"),
        (b"a\n\x81\n", "gbk", 2, "gb18030"),
        (b"a\n\x81\n", None, 2, "utf-8"),
        (CHINESE + b"1,\x81\n", None, 2, "gb18030"),
        (b"a\nb\n\x9d\n", "windows-1252", 3, "windows-1252"),
        ("\ufeffa\n一\n".encode("utf-16-le") + b"\x00\xd8b\x00", None, 3, "utf-16"),
    ],
)
def test_a_line_in_another_encoding_is_refused_with_its_number_and_the_encodings_to_name(
    content: bytes, encoding: str | None, line: int, found: str
) -> None:
    fault = fault_of(content, encoding)
    assert (fault.pointer, fault.code) == ("/file", "encoding")
    assert fault.params == {"line": line, "encoding": found, "allowed": list(CODECS)}
    assert fault.message.startswith(f"Line {line} is not {found}")
    assert "shift_jis" in fault.message
