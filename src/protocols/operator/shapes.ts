export * from '../kit/shapes.ts'
