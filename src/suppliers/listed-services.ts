export {
  type ListedThere,
  selectListedThere as listServicesThere,
} from './listed-services.sql.ts'
