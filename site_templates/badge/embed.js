{# The banner for other sites. Old syntax, one closure, every way in guarded: it leaves no global
   behind and no exception gets out. Texts come in as JSON and go out as text nodes; the style is
   a constructed sheet in a shadow tree, which needs no permission from the site's CSP. #}
{% if banner is none %}
/* All is well. */
{% else %}
{% set style %}{% include "badge/embed.css" %}{% endset %}
(function () {
  'use strict';
  var news = {{ banner|tojson }};
  var style = {{ style|tojson }};
  var shape = {{ shape|tojson }};
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

  function pictured(part) {
    return drawn(part[0], part[1], part[2].map(pictured));
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
      drawn('svg', { class: 'shape', viewBox: '0 0 24 24', 'aria-hidden': 'true' }, shape.map(pictured)),
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
