"""What keeps a person from using a page: by the rules of WCAG 2.2 AA, by keyboard, at 200 % and at 400 %."""

from collections.abc import Iterator

from playwright.sync_api import Page
from tests.conftest import NIGHTLY
from tests.journeys.conftest import HEIGHT, WIDE

ZOOMED = 640
"""What is left of 1280 CSS pixels at 200 % (WCAG 1.4.4)."""
REFLOWED = 320
"""What is left of 1280 CSS pixels at 400 % (WCAG 1.4.10)."""
PAPER = 680
"""CSS pixels of A4 between margins of 15 mm."""

AXE = "/axe.min.js"
RULES = """async (contrast) => {
  const rules = {"region": {enabled: false}, "color-contrast": {enabled: contrast}};
  const found = await axe.run(document, {resultTypes: ["violations"], rules});
  return found.violations.map(({id, help, nodes}) => `${id}: ${help}: ${nodes[0].html.slice(0, 160)}`);
}"""
"""All of axe's rules but one: the way back stands before the landmarks, that the link to the content may pass it."""
TOO_WIDE = """() => {
  const room = document.documentElement.clientWidth;
  const whole = room > 768 ? ".table-scroll" : ".table-scroll:has(> [role=table])";
  const cut = [...document.querySelectorAll(whole)].filter((part) => part.scrollWidth > part.clientWidth);
  if (cut.length) return [`only by scrolling: ${cut[0].textContent.trim().slice(0, 160)}`];
  if (document.documentElement.scrollWidth <= room) return [];
  const outside = [...document.body.querySelectorAll("*")].filter(
    (part) => part.getBoundingClientRect().right > room && !part.parentElement.closest(".table-scroll"));
  return [`wider than ${room}: ${(outside.at(-1) ?? document.body).outerHTML.slice(0, 160)}`];
}"""
"""Lists fit a desk's screen and are cards on a narrow one; there a table that is no list may be scrolled."""
# As if the browser had gone there, but for scripts, which no page needs: to read axe's anew would take longest of all.
TURN_TO = """async (address) => {
  const answer = await fetch(address);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const styles = [...page.querySelectorAll("link[rel=stylesheet]:not([media])")];
  const ready = styles.map((style) => new Promise((done) => (style.onload = done)));
  document.head.replaceWith(page.head);
  document.body.replaceWith(page.body);
  await Promise.all(ready);
}"""
UNFOLD = "document.querySelectorAll('details').forEach((part) => (part.open = true))"
BY_KEYBOARD = """() => {
  const look = (part) => {
    const {outlineStyle, outlineColor, boxShadow, backgroundColor, borderColor} = getComputedStyle(part);
    return [outlineStyle, outlineColor, boxShadow, backgroundColor, borderColor].join();
  };
  const stops = (part) =>
    part.tabIndex >= 0 && !part.matches(":disabled") && part.checkVisibility({visibilityProperty: true});
  const all = document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]");
  const faults = [...all].filter(stops).flatMap((part) => {
    const before = look(part);
    part.focus();
    const {left, right, top, bottom} = part.getBoundingClientRect();
    const inSight = left < innerWidth && right > 0 && top < innerHeight && bottom > 0;
    return [
      [part.tabIndex > 0, "out of order"],
      [document.activeElement !== part, "not reached"],
      [look(part) === before, "focus not seen"],
      [!inSight, "out of sight"],
    ].filter(([wrong]) => wrong).map(([_, fault]) => `${fault}: ${part.outerHTML.slice(0, 160)}`);
  });
  document.activeElement.blur();
  return faults;
}"""
"""Whatever the Tab key stops at comes in the page's order, into sight, and looks different while it has the focus."""


def faults_of(page: Page) -> Iterator[str]:
    """What is wrong with the page, all unfolded; `axe` is there.

    By day by the rules and by keyboard on an office screen, and at 400 %; the contrast of colours is held by a test of
    their own. At night by all rules on both, at 200 %, and on paper.
    """
    page.evaluate(UNFOLD)
    yield from _at(page, WIDE, TOO_WIDE, RULES, BY_KEYBOARD)
    if NIGHTLY:
        yield from _at(page, ZOOMED, TOO_WIDE)
        page.emulate_media(media="print")
        yield from _at(page, PAPER, TOO_WIDE)
        page.emulate_media(media="screen")
    yield from _at(page, REFLOWED, TOO_WIDE, *([RULES] if NIGHTLY else []))


def _at(page: Page, width: int, *looks: str) -> Iterator[str]:
    page.set_viewport_size({"width": width, "height": HEIGHT})
    for look in looks:
        yield from (f"{width}: {fault}" for fault in page.evaluate(look, NIGHTLY))
