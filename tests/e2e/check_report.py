"""A report is one well-formed page with every section, fetches nothing, and says what `offramp eval --json` says.

    check_report.py REPORT.html EVAL.json
"""
import base64
import html.parser
import json
import re
import struct
import sys
import xml.etree.ElementTree as xml

VOID = {"meta", "img", "br", "link", "input", "hr"}


class Balanced(html.parser.HTMLParser):
    """Every tag is closed in order, as HTML reads it."""

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        pass  # <br/>, and the shapes of SVG

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-1:]} at {self.getpos()}"
        self.open.pop()


text = open(sys.argv[1], encoding="utf-8").read()
reader = Balanced()
reader.feed(text)
reader.close()
assert not reader.open, f"left open: {reader.open}"
root = xml.fromstring(text.split("\n", 1)[1])  # without the doctype; inline SVG included

sections = {s.get("id"): s for s in root.iter("section")}
assert list(sections) == ["summary", "speed", "exits", "accuracy", "learning", "tables", "cost", "roofline", "examples"], list(sections)
svg = "{http://www.w3.org/2000/svg}svg"
for name, least in {"speed": 2, "exits": 1, "accuracy": 1, "learning": 4, "tables": 1, "roofline": 2}.items():
    pictures = list(sections[name].iter(svg))
    assert len(pictures) >= least, f"{name}: {len(pictures)} charts"
    for picture in pictures:
        assert len(list(picture)) > 10 and picture.get("aria-label"), f"{name}: an empty chart"
        for number in re.findall(r' (?:x|y|cx|cy|r|width|height|points)="([^"]*)"', xml.tostring(picture, encoding="unicode")):
            assert all(abs(float(n)) < 1e5 for n in re.split(r"[ ,]", number)), f"{name}: {number}"
assert not re.search(r'(?:src|href)="(?!data:|#)', text), "the page fetches something"
assert not re.search(r"@import|url\(", text), "the style fetches something"
assert "prefers-color-scheme: dark" in text and "@media print" in text

images = [i.get("src") for i in sections["examples"].iter("img")]
assert len(images) >= 12, f"{len(images)} images"
for image in images:
    png = base64.b64decode(image.removeprefix("data:image/png;base64,"), validate=True)
    assert png[:8] == b"\x89PNG\r\n\x1a\n" and struct.unpack(">II", png[16:24]) == (28, 28), "no PNG of 28×28"

data = json.loads(root.find(".//script[@id='report-data']").text)
said = json.load(open(sys.argv[2], encoding="utf-8"))
for field in ("samples", "accuracy", "mean_stage", "stages", "stage_histogram", "per_stage_accuracy"):
    assert data[field] == said[field], f"{field}: report {data[field]}, eval {said[field]}"
assert f"{100 * said['accuracy']:.2f} %" in "".join(sections["summary"].itertext())
assert data["swept"] == "threshold", data["swept"]
assert len(data["sweep"]) >= 4 and data["sweep"][0]["mean_stage"] == said["stages"], "the first point is full depth"
own = [p for p in data["sweep"] if p["in_force"]]
assert len(own) == 1 and own[0]["accuracy"] == said["accuracy"], "the point in force"
assert all(rate > 0 for p in data["sweep"] for rate in p["samples_per_second"])
assert {d["batch"] for d in data["decisions"]} == {1, 8, 64} and len(data["decisions"]) == 3 * said["stages"]
assert [sum(row) for row in zip(*data["class_exits"])] == said["stage_histogram"], "classes do not add up"
roofline = data["roofline"]
assert roofline["gflops"] > 0 and len(roofline["stages"]) == said["stages"] + 1, "stages of the roofline, and the input"
for point in roofline["stages"] + roofline["operations"]:
    assert point["bytes"] > 0 and point["attainable_ns"] > 0 and point["flops"] >= 0, point
assert all(point["measured_ns"] > 0 for point in roofline["stages"]), "a stage was not measured"
rows = list(sections["exits"].iter("tr"))
assert len(rows) == 11, f"{len(rows)} rows by class"
print(f"{len(text) // 1024} KiB, {len(images)} images, {len(list(root.iter(svg)))} charts: well-formed, and the numbers are those of eval")
