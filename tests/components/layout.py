"""What a reader with a narrow window, large text or a keyboard would miss on the open page."""

from playwright.sync_api import Page

OPEN_ALL = "for (const one of document.querySelectorAll('details')) one.open = true"
LARGE_TEXT = "document.documentElement.style.fontSize = '200%'"

_FAULTS = """() => {
    const root = document.documentElement, faults = [], width = root.clientWidth;
    const told = (one) => one.outerHTML.slice(0, 99);
    const isMeantHidden = (one) => one.closest('svg') || !one.checkVisibility()
        || [...ancestors(one)].some((up) => getComputedStyle(up).clipPath !== 'none');
    function* ancestors(one) { for (; one; one = one.parentElement) yield one; }
    const scrolls = (one) => [...ancestors(one)].some((up) =>
        /auto|scroll/.test(getComputedStyle(up).overflowX));

    if (root.scrollWidth > width) faults.push(`scrolls sideways: ${root.scrollWidth} of ${width}`);
    for (const one of document.body.querySelectorAll('*')) {
        if (isMeantHidden(one)) continue;
        const { overflowX: x, overflowY: y } = getComputedStyle(one);
        if (/hidden|clip/.test(x) && one.scrollWidth > one.clientWidth + 1
            || /hidden|clip/.test(y) && one.scrollHeight > one.clientHeight + 1)
            faults.push(`cut: ${told(one)}`);
    }

    const lines = [], texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const parent = texts.currentNode.parentElement;
        if (!texts.currentNode.data.trim() || isMeantHidden(parent)) continue;
        const range = document.createRange();
        range.selectNodeContents(texts.currentNode);
        for (const { left, right, top, bottom } of range.getClientRects()) {
            if (right - left < 1 || bottom <= 0 && parent.closest('.skip')) continue;
            if (!scrolls(parent) && (left < -1 || right > width + 1))
                faults.push(`outside of the window: ${told(parent)}`);
            const middle = (top + bottom) / 2, half = (bottom - top) / 6;  // without leading
            lines.push({ node: texts.currentNode, left, right, top: middle - half,
                         bottom: middle + half });
        }
    }
    lines.sort((a, b) => a.top - b.top);
    lines.forEach((a, i) => {
        for (const b of lines.slice(i + 1)) {
            if (b.top >= a.bottom) break;
            if (a.node !== b.node && Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1)
                faults.push(`on one another: ${a.node.data.trim()} | ${b.node.data.trim()}`);
        }
    });
    return faults;
}"""

_WATCH = """() => {
    const look = (one) => { const s = getComputedStyle(one);
        return s.outlineStyle === 'none' ? s.boxShadow
            : [s.outlineStyle, s.outlineWidth, s.outlineColor, s.boxShadow].join() };
    const all = [...document.querySelectorAll(
        'a[href], button, input, select, textarea, summary, [tabindex="0"]')]
        .filter((one) => one.checkVisibility());
    const before = new Map(all.map((one) => [one, look(one)]));
    window.unreached = new Set(all);
    window.unseen = [];
    addEventListener('focusin', ({ target: one }) => {
        const { left, right, top, bottom } = one.getBoundingClientRect();
        const isOutside = right <= 0 || bottom <= 0 || left >= innerWidth || top >= innerHeight;
        if (look(one) === before.get(one) || isOutside) unseen.push(one);
        unreached.delete(one);
    });
    return all.length;
}"""
_MISSED = """() => [...[...unreached].map((one) => `not reached: ${one.outerHTML.slice(0, 99)}`),
    ...unseen.map((one) => `focus not seen: ${one.outerHTML.slice(0, 99)}`)]"""


def layout_faults(page: Page) -> list[str]:
    """Sideways scrolling, text that is cut or outside of the window, texts on one another."""
    return page.evaluate(_FAULTS)


def keyboard_faults(page: Page) -> list[str]:
    """Walk through the page by Tab: what is not reached, and where the focus can't be seen."""
    for _ in range(page.evaluate(_WATCH) + 2):
        page.keyboard.press("Tab")
    return page.evaluate(_MISSED)
