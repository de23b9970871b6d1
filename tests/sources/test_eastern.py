"""Names in bylines of Chinese, Japanese and Korean outlets; all persons and outlets are invented."""

import pytest

from pipeline.sources.html import read_page
from pipeline.sources.names import as_names, names_in
from tests.sources.test_pages import BODY, jsonld, page


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("김민준 기자", ["김민준"]),
        ("김민준기자", ["김민준"]),
        ("김민준 특파원", ["김민준"]),
        ("김민준 선임기자", ["김민준"]),
        ("김민준·이서연 기자", ["김민준", "이서연"]),
        ("김민준, 이서연 기자", ["김민준", "이서연"]),
        ("김민준 이서연 기자", ["김민준", "이서연"]),
        ("[서울=파도] 김민준 기자", ["김민준"]),
        ("워싱턴 김민준 특파원", ["김민준"]),
        ("사회부 김민준 기자", ["김민준"]),
        ("남궁 민준 기자", ["남궁 민준"]),
        ("제인 스미스 기자", ["제인 스미스"]),
        ("글 김민준 기자, 사진 이서연", ["김민준"]),
        ("한국기자협회", ["한국기자협회"]),
        ("記者 陳大文", ["陳大文"]),
        ("記者陳大文／台北報導", ["陳大文"]),
        ("〔記者陳大文、林小美／台北報導〕", ["陳大文", "林小美"]),
        ("〔記者陳大文台北報導〕", ["〔記者陳大文台北報導〕"]),  # where the place begins is left open
        ("本报记者 张三 李四", ["张三", "李四"]),
        ("本报记者 张　三", ["张 三"]),
        ("本报记者 张三 通讯员 李四 北京报道", ["张三", "李四"]),
        ("新华社记者张三、李四", ["张三", "李四", "新华社"]),
        ("作者：张三", ["张三"]),
        ("文/张三 图/李四", ["张三"]),
        ("张三/文 李四/摄", ["张三/文 李四/摄"]),
        ("责任编辑：张三", []),
        ("香港記者協會", ["香港記者協會"]),
        ("記者・山田太郎", ["山田太郎"]),
        ("「山田太郎」記者", ["山田太郎"]),
        ("山田 太郎 記者", ["山田 太郎"]),
        ("山田太郎記者、鈴木花子記者", ["山田太郎", "鈴木花子"]),
        ("取材・文＝山田太郎", ["山田太郎"]),
        ("政治部・山田太郎", ["山田太郎"]),
        ("ジョン・スミス", ["ジョン・スミス"]),
        ("ジャン＝リュック・ゴダン", ["ジャン＝リュック・ゴダン"]),
        ("約翰·史密森", ["約翰·史密森"]),
        ("Nora Quill 記者", ["Nora Quill"]),
    ],
)
def test_the_names_of_a_byline_without_blanks(byline: str, names: list[str]) -> None:
    assert names_in(byline) == names


def test_feeds_and_pages() -> None:
    assert as_names("김민준·이서연 기자") == ["김민준", "이서연"]
    assert read_page(page("", '<div class="byline">記者陳大文／台北報導</div>' + BODY))["authors"] == ["陳大文"]
    assert read_page(page(jsonld(author={"name": "本报记者 张三"})))["authors"] == ["张三"]
