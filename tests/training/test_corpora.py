"""Readers and cleaning on small samples written for these tests."""

import gzip
import os
import random
from pathlib import Path

import pytest

from training import cleaning, corpora


def test_gmb_reads_cp1252_and_maps_types(tmp_path: Path) -> None:
    table = (
        "Sentence #,Word,POS,Tag\nSentence: 1,Mr.,NNP,B-per\n,Ólafsson,NNP,I-per\n,left,VBD,O\n,Quito,NNP,B-geo\n"
        "Sentence: 2,Kenyan,JJ,B-gpe\n,Monday,NNP,B-tim\n,Gala,NNP,B-eve\n"
    )
    (tmp_path / "gmb").mkdir()
    (tmp_path / "gmb" / "ner_dataset.csv.gz").write_bytes(gzip.compress(table.encode("cp1252")))
    first, second = corpora.gmb(tmp_path)
    assert first == (["Mr.", "Ólafsson", "left", "Quito"], ["B-PERSON", "I-PERSON", "O", "B-LOC"])
    assert second[1] == ["B-NORP", "O", "B-EVENT"]


def test_iob1_becomes_iob2(tmp_path: Path) -> None:
    folder = tmp_path / "ner_juand/data/wikigold/CONLL-format/data"
    folder.mkdir(parents=True)
    (folder / "wikigold.conll.txt").write_text("Anna I-PER\nBerg I-PER\nsaw O\nPeru I-LOC\nInca I-MISC\n\nOslo I-LOC\n")
    assert list(corpora.wikigold(tmp_path)) == [
        (["Anna", "Berg", "saw", "Peru", "Inca"], ["B-PERSON", "I-PERSON", "O", "B-LOC", "B-MISC"]),
        (["Oslo"], ["B-LOC"]),
    ]


def test_re3d_leaves_the_bbc_part_out_and_cuts_the_article(tmp_path: Path) -> None:
    for source in ("BBC Online", "Ministry"):
        folder = tmp_path / "re3d" / source
        folder.mkdir(parents=True)
        (folder / "documents.json").write_text('{"_id": "1", "text": "The Red Harbour Union met. It met."}\n')
        (folder / "entities.json").write_text(
            '{"documentId": "1", "begin": 0, "end": 21, "type": "Organisation", "value": "The Red Harbour Union"}\n'
        )
    first, second = corpora.re3d(tmp_path)
    assert first[1][:4] == ["O", "B-ORG", "I-ORG", "I-ORG"]
    assert second[0] == ["It", "met", "."]


def test_titles_are_cut_from_persons() -> None:
    sentence = (["President", "Ana", "Solberg-Teo"], ["B-PERSON", "I-PERSON", "I-PERSON"])
    assert cleaning.cut_titles(sentence, cleaning.titles())[1] == ["O", "B-PERSON", "I-PERSON"]


def test_a_title_that_ends_a_name_stays() -> None:
    sentence = (["Otto", "Major", "King"], ["B-PERSON", "I-PERSON", "I-PERSON"])
    assert cleaning.cut_titles(sentence, cleaning.titles()) == sentence
    alone = (["Minister", "left"], ["B-PERSON", "O"])
    assert cleaning.cut_titles(alone, cleaning.titles())[1] == [corpora.MISSING, "O"]


def test_what_follows_a_title_is_a_person() -> None:
    sentence = (["Mr.", "Lund", "spoke"], ["B-PERSON", "B-ORG", "O"])
    assert cleaning.cut_titles(sentence, cleaning.titles())[1] == ["O", "B-PERSON", "O"]


def test_directions_are_no_part_of_a_place() -> None:
    sentence = (["southern", "Upper", "Vale"], ["B-LOC", "I-LOC", "I-LOC"])
    assert cleaning.trim(sentence, frozenset())[1] == ["O", "B-LOC", "I-LOC"]
    assert cleaning.trim((["northwest", "of"], ["B-LOC", "O"]), frozenset())[1] == ["O", "O"]
    assert cleaning.trim((["North", "Vale"], ["B-LOC", "I-LOC"]), frozenset())[1] == ["B-LOC", "I-LOC"]


def test_mostly_places_are_places() -> None:
    place = (["Lomé"], ["B-LOC"])
    wrong = (["Lomé"], ["B-ORG"])
    usual = cleaning.usual_types([place] * 5 + [wrong])
    assert usual == {"Lomé": "LOC"}
    assert all(tags == ["B-LOC"] for _, tags in cleaning.relabel([place, wrong], usual))
    assert cleaning.usual_types([place] * 2 + [wrong]) == {}


def test_countries_and_known_surfaces_have_a_type() -> None:
    known = cleaning.known_types()
    assert known["Norway"] == "LOC"
    assert known["U.N."] == "ORG"
    assert "Jordan" not in known
    assert set(known.values()) == {"LOC", "ORG", "NORP"}


def test_peoples_that_a_corpus_calls_misc_or_leaves_open_are_named() -> None:
    sentence = (["Kurdish", "songs", "of", "Kurdish", "Radio"], ["B-MISC", "O", "O", "B-MISC", "I-MISC"])
    assert cleaning.name_peoples(sentence, {"Kurdish"})[1] == ["B-NORP", "O", "O", "B-MISC", "I-MISC"]
    assert cleaning.name_peoples((["Kurdish"], [corpora.MISSING]), {"Kurdish"})[1] == ["B-NORP"]


def test_typographic_quotes() -> None:
    assert cleaning.curl((['"', "Anna", "'s", '"'], ["O", "B-PERSON", "O", "O"]))[0] == ["“", "Anna", "’s", "”"]


def test_headline_copies_keep_their_tags() -> None:
    sentence = (["Anna", "is", "n't", "in", "Oslo"], ["B-PERSON", "O", "O", "O", "B-LOC"])
    copies = {" ".join(cleaning.recase(sentence, random.Random(seed))[0]) for seed in range(20)}
    assert copies == {"ANNA IS N'T IN OSLO", "Anna Is n't In Oslo"}


@pytest.mark.skipif(not os.environ.get("TRAINING_DATA"), reason="the corpora are not here (TRAINING_DATA)")
@pytest.mark.parametrize("name", ["gmb", "wikigold", "wnut", "crossner", "gum", "re3d"])
def test_real_corpora_are_read(name: str) -> None:
    reader = getattr(corpora, name)
    sentences = list(reader(Path(os.environ["TRAINING_DATA"])))
    assert len(sentences) > 700
    kinds = {tag[2:] for _, tags in sentences for tag in tags if tag[:2] in ("B-", "I-")}
    assert {"PERSON", "ORG", "LOC"} <= kinds <= {"PERSON", "ORG", "LOC", "NORP", "EVENT", "MISC"}


def test_repeats_are_dropped() -> None:
    assert len(list(cleaning.without_repeats([(["a"], ["O"]), (["a"], ["B-ORG"]), (["b"], ["O"])]))) == 2


def test_running_text_and_offsets() -> None:
    sentence = (["Anna", "'s", "trip", "(", "Oslo", ")", "."], ["B-PERSON", "O", "O", "O", "B-LOC", "O", "-"])
    text, entities, missing = cleaning.joined(sentence)
    assert text == "Anna's trip (Oslo)."
    assert [(text[start:end], kind) for start, end, kind in entities] == [("Anna", "PERSON"), ("Oslo", "LOC")]
    assert [text[start:end] for start, end in missing] == ["."]


def test_conllu_leaves_empty_nodes_out(tmp_path: Path) -> None:
    path = tmp_path / "x.conllu.gz"
    row = "{}\tw\tw\tX\tX\t_\t0\troot\t_\t_\n"
    path.write_bytes(gzip.compress(("# c\n" + row.format("1-2") + row.format("1") + row.format("1.1") + "\n").encode()))
    assert [[cells[0] for cells in rows] for rows in corpora.conllu(path)] == [["1-2", "1"]]
