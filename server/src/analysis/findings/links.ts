/** Where a rule's page is read. */

/** The folder of the generated pages in the public repository. */
const pagesUrl = 'https://github.com/tidemark/tidemark/blob/main/server/docs/rules'

export function rulePageUrl(rule: string): string {
  return `${pagesUrl}/${rule}.md`
}
