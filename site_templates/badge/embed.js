{# The banner for other sites. Old syntax, one closure, every way in guarded: it leaves no global
   behind and no exception gets out. Texts come in as JSON and go out as text nodes; the style is
   a constructed sheet in a shadow tree, which needs no permission from the site's CSP. #}
{% if banner is none %}
/* All is well. */
{% else %}
{% set style %}{% include "badge/embed.css" %}{% endset %}
{% set shapes = {
  "operational": "M12 2a10 10 0 1 1 0 20 10 10 0 0 1 0-20z",
  "under_maintenance": "M7 2.6h10l5 9.4-5 9.4H7L2 12zM12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8z",
  "degraded_performance": "M12 2 23 22H1zM11 9v6h2V9zm0 8v2h2v-2z",
  "partial_outage": "m12 1 11 11-11 11L1 12zM7 11v2h10v-2z",
  "major_outage": "M8 2h8l6 6v8l-6 6H8l-6-6V8zM8 9.4l2.6 2.6L8 14.6 9.4 16l2.6-2.6 2.6 2.6 1.4-1.4-2.6-2.6L16 9.4 14.6 8 12 10.6 9.4 8z",
} %}
(function () {
  'use strict';
  var news = {{ banner|tojson }};
  var style = {{ style|tojson }};
  var shape = {{ shapes[banner.state]|tojson }};
  var memory = 'statusgen-banner-' + news.page;
  var position = 'bottom';

  function guarded(work) {
    return function (event) {
      try {
        return work(event);
      } catch (error) {
        return undefined;
      }
    };
  }

  function element(name, attributes, children) {
    return filled(document.createElement(name), attributes, children);
  }

  function drawn(name, attributes, children) {
    return filled(document.createElementNS('http://www.w3.org/2000/svg', name), attributes, children);
  }

  function filled(node, attributes, children) {
    Object.keys(attributes).forEach(function (key) { node.setAttribute(key, attributes[key]); });
    (children || []).forEach(function (child) { node.appendChild(child); });
    return node;
  }

  function says(node, text) {
    node.textContent = text;
    return node;
  }

  var wasClosed = guarded(function () { return sessionStorage.getItem(memory) === news.seen; });
  var remember = guarded(function () { sessionStorage.setItem(memory, news.seen); });

  function show() {
    if (document.querySelector('statusgen-banner[data-page="' + news.page + '"]') || wasClosed()) return;
    var host = element('statusgen-banner', {
      'data-page': news.page, 'data-state': news.state, 'data-position': position
    });
    var root = host.attachShadow({ mode: 'open' });
    var sheet = new CSSStyleSheet();
    sheet.replaceSync(style);
    root.adoptedStyleSheets = [sheet];

    var close = guarded(function () {
      remember();
      host.remove();
    });
    var words = element('p', { role: 'status' });
    var button = element('button', { type: 'button', 'aria-label': news.close, title: news.close, lang: news.language }, [
      drawn('svg', { viewBox: '0 0 24 24', 'aria-hidden': 'true' }, [drawn('path', { d: 'm5 5 14 14m0-14L5 19' })])
    ]);
    button.addEventListener('click', close);
    root.appendChild(element('section', { 'aria-label': news.name }, [
      drawn('svg', { class: 'shape', viewBox: '0 0 24 24', 'aria-hidden': 'true' }, [drawn('path', { 'fill-rule': 'evenodd', d: shape })]),
      words,
      button
    ]));
    root.addEventListener('keydown', guarded(function (event) {
      if (event.key === 'Escape') close();
    }));
    document.body.appendChild(host);
    {# A live region is read out when its text comes after it. #}
    setTimeout(guarded(function () {
      words.appendChild(says(element('strong', { lang: news.language }), news.headline));
      words.appendChild(document.createTextNode(' '));
      words.appendChild(says(element('a', { href: news.url, dir: 'auto' }), news.words));
    }), 50);
  }

  guarded(function () {
    var script = document.currentScript;
    if (script && script.getAttribute('data-position') === 'top') position = 'top';
    if (document.body) show();
    else document.addEventListener('DOMContentLoaded', guarded(show));
  })();
})();
{% endif %}
