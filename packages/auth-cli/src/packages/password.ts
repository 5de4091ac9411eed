export { default as askPassword } from '@inquirer/password'
