/** The panels' own words, in the language of the page. What the host sends (messages, notes) comes worded in that language already. */
import { english } from './strings.en.ts'
import { simplifiedChinese } from './strings.zh.ts'

/** Each word or sentence of the panels; numbers arrive formatted, with their bare value beside them where a language has plurals. */
export type Strings = typeof english

/** Language tag of the page: `en` or `zh-CN`. Any other falls back to English. */
export const language: 'en' | 'zh-CN' = pageLanguage().startsWith('zh') ? 'zh-CN' : 'en'

export const strings: Strings = language === 'zh-CN' ? simplifiedChinese : english

/** Empty outside of a page, where the arithmetic of the panels is tested. */
function pageLanguage(): string {
  return typeof document === 'undefined' ? '' : document.documentElement.lang.toLowerCase()
}
