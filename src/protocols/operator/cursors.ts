export * from '../kit/cursors.ts'
