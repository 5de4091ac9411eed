module fluxauth/tools/telegraf

go 1.24.0

require github.com/influxdata/telegraf v1.34.0

// Not tidy: that would add what all of its hundreds of plugins need.
