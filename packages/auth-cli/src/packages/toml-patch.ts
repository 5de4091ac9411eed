export * from '@decimalturn/toml-patch'
