# Short names for the commands that the README explains. Each does all of its own set-up.
.PHONY: build install pretrain test torture interop format lint clean

swift_build = swift build -c release --product cloze

build:
	@Scripts/setup
	$(swift_build)

# One file that needs no Swift where it runs.
PREFIX ?= $(HOME)/.local
install:
	@Scripts/setup
	$(swift_build) --static-swift-stdlib --scratch-path .build/static
	install -D --strip --mode=755 .build/static/release/cloze $(DESTDIR)$(PREFIX)/bin/cloze

pretrain: build
	.build/release/cloze run pipelines/quickstart.yaml

test:
	@Scripts/setup
	# One test at a time: some choose the CPU level and BLAS kernels of the whole process.
	swift test -c release --no-parallel --explicit-target-dependency-import-check error

# A thousand kills at random instants; some minutes.
torture:
	@Scripts/setup
	CLOZE_KILLS=1000 swift test -c release --explicit-target-dependency-import-check error --filter TortureTests

# What other tools make of Cloze's files: needs Python, and installs PyTorch and transformers into a folder of its own.
interop: build
	python3 Tests/Fixtures/generate.py --environment /tmp/cloze-fixtures --install
	/tmp/cloze-fixtures/bin/python Tests/Interop/check_all.py .build/release/cloze

format:
	swift format --in-place --recursive Package.swift Sources Tests Benchmarks

lint:
	swift format lint --strict --recursive Package.swift Sources Tests Benchmarks

clean:
	rm -rf .build
