/** The one page in which a panel is drawn, and its one content security policy. A leaf, so that tests serve what users get. */

export interface PanelPage {
  readonly view: 'overview' | 'batch' | 'connection'
  /** Fresh for each page: `randomBytes(16).toString('base64')`. */
  readonly nonce: string
  /** Source from which the bundle's style sheet may come: `webview.cspSource`. */
  readonly cspSource: string
  readonly scriptUri: string
  readonly styleUri: string
  /** Language of the panel's own words, as `vscode.env.language`: `en`, `zh-cn`. */
  readonly language: string
  readonly title: string
}

/**
 * Everything is refused but one script (by nonce) and the style sheet beside it: no inline script, no inline style, no
 * picture, no font, no connection, no frame. Positions and sizes are set through the CSSOM, which the policy allows.
 * The nonce serves a style element too: the toolkit makes one to ask whether `:focus-visible` is known, and reads the
 * nonce for it from the `csp-nonce` element.
 */
export function panelPolicy({ nonce, cspSource }: Pick<PanelPage, 'nonce' | 'cspSource'>): string {
  return `default-src 'none'; script-src 'nonce-${nonce}'; style-src ${cspSource} 'nonce-${nonce}'; base-uri 'none'; form-action 'none'`
}

/** @example webview.html = panelHtml({ view: 'overview', nonce, cspSource: webview.cspSource, ... }) */
export function panelHtml(page: PanelPage): string {
  return `<!doctype html>
<html lang="${escaped(page.language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escaped(panelPolicy(page))}">
<meta property="csp-nonce" content="${escaped(page.nonce)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(page.title)}</title>
<link rel="stylesheet" href="${escaped(page.styleUri)}">
</head>
<body data-view="${page.view}">
<div id="root"></div>
<script nonce="${escaped(page.nonce)}" src="${escaped(page.scriptUri)}"></script>
</body>
</html>
`
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`)
}
