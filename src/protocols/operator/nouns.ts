export * from '../kit/nouns.ts'
