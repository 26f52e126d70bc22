# Short names for the commands that the README explains. Each does all of its own set-up.
.PHONY: build pretrain test format lint clean

swift_build = swift build -c release --product cloze

build:
	@Scripts/setup
	$(swift_build)

pretrain: build
	.build/release/cloze run pipelines/quickstart.yaml

test:
	@Scripts/setup
	swift test -c release --explicit-target-dependency-import-check error

format:
	swift format --in-place --recursive Package.swift Sources Tests Benchmarks

lint:
	swift format lint --strict --recursive Package.swift Sources Tests Benchmarks

clean:
	rm -rf .build
