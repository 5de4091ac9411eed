export { writeFile } from 'atomically'
