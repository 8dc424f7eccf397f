"""Which shelf of the shop a good stands on, by the words of its name.

A table, read from the top: the first shelf with one of the good's words takes it. The order
carries sense: a Christmas mug is looked for under Christmas, a lunch bag under Bags.
"""

import re
from collections.abc import Mapping

DEFAULT = "Home Decor"

# Phrases that outweigh the single words below: a lunch bag is a bag, a bath sponge shaped like a cake is none.
# What has a blank in it stands between quotes.
_PHRASES: Mapping[str, str] = {
    "Bath & Wellbeing": """
        'bath sponge' 'roll towel' 'cake towel' 'hand towel' flannel plasters 'soap holder' 'first aid'
    """,
    "Garden": """
        doormat 'watering can' 'garden gloves'
    """,
    "Kitchen & Dining": """
        'egg cup' 'egg cosy' 'egg warmer' 'washing up' 'food cover' 'napkin ring' 'tea bag plate' 'lunch box'
        'coffee mug' 'mug warmer' 'tea towel' 'tea towels' 'cake cases' 'cookie cutter' 'recipe box' 'oven glove'
        'bead coasters' 'cake plate' 'scissor knife'
    """,
    "Home Decor": """
        'metal sign' sign clock chalkboard 'photo frame' 'picture frame' 'card holder' magnets 'memo board'
        doorstop cushion 'disco ball' 'building block' 'wall mirror' 'bead curtain' 'letter rack'
        'heart decoration' 'cake decoration' 'dressing table' 'hearts decoration'
    """,
    "Storage": """
        'money bank' 'money box' 'trinket box' 'trinket pot' 'jewellery box' 'drawer knob' 'peg bag' 'toy tidy'
        hook hooks
    """,
    "Bags & Purses": """
        'evening bag' 'ring purse' 'bead pink purse' 'bag charm'
    """,
    "Party & Gift Wrap": """
        'gift bag' 'party bag' 'party bags' 'paper plates' 'paper cups' 'gift tape' ribbon ribbons
    """,
    "Stationery & Cards": """
        'birthday card' 'greeting card' 'purse notebook' 'book mark' 'diamante pen' 'modelling clay'
    """,
    "Toys & Games": """
        marbles 'wooden rounders' croquet 'seaside bucket' 'snakes & ladders'
    """,
    "Crafts & Sewing": """
        'sewing box' 'sewing kit' 'tape measure' 'measuring tape' 'knitting kit' hairband hairbands
    """,
}

# The words, in the order that decides.
_WORDS: Mapping[str, str] = {
    "Christmas": """
        christmas xmas santa snowman snowmen reindeer advent bauble baubles nativity rudolph mistletoe snowflake
        snowflakes snowy angel angels
    """,
    "Hot Water Bottles & Warmers": """
        hottie warmer warmers 'hot water bottle' 'water bottle' slipper slippers
    """,
    "Lighting & Candles": """
        candle candles candleholder candlestick candelabra t-light t-lights tealight tealights lantern lanterns
        nightlight lamp lampshade light lights incense votive chandelier torch chocolatecandle candl wick burner
        matches
    """,
    "Jewellery & Accessories": """
        necklace neckl bracelet earrings earring ring brooch pendant bangle bead beads diamante charm bling hair
        hairslide keyring keyrings scarf 'phone charm' necklac watch umbrella parasol hat gloves 'key fob' poncho
        sombrero fan
    """,
    "Bags & Purses": """
        bag bags purse shopper handbag washbag tote backpack rucksack satchel wallet luggage passport holdall
    """,
    "Party & Gift Wrap": """
        party bunting balloon balloons wrap ribbon ribbons invites napkin napkins cordon 'paper chain' tissue
        tissues doilies doily honeycomb cocktail gift 'paper plates' 'paper cups' streamer confetti leis cones
        cone pannetone
    """,
    "Toys & Games": """
        toy toys game games jigsaw dominoes puzzle doll dolls playhouse skittles marbles gliders harmonica
        'spinning tops' 'skipping rope' 'snap cards' 'card game' bingo inflatable teddy soldiers 'magic drawing'
        slate knitting tops ball crawlies clay snake puppet yoyo robot globe skipping sporting tricks trick
        'felt farm' rattle blocks
    """,
    "Stationery & Cards": """
        card cards notebook notebooks pen pens pencil pencils eraser erasers sketchbook crayons stationery tape
        sticker stickers calculator postcard envelope envelopes diary organiser letter highlighter writing chalk
        journal calendar bookmark stamp stamps tags ruler sharpener paper paint colouring book
    """,
    "Crafts & Sewing": """
        sewing feltcraft craft knit crochet scissor scissors 'tape measure' 'measuring tape' needle button
        buttons felt 'repair kit' wool yarn origami fabric decoupage
    """,
    "Kitchen & Dining": """
        mug mugs cup cups teacup saucer teapot bowl bowls plate plates jug cake cakes cakestand baking cookie
        cutter cutters kitchen oven apron recipe spice cutlery spoon spoons glass glasses dish coaster coasters
        placemat tea pan jam jar mould snack lunch popcorn pantry breakfast biscuit tray chopsticks scales picnic
        sundae bottle milk toast cases pizza butter cafetiere decanter tumbler ladle sugar bread napkin egg pot
        'salt and pepper' thermometer fridge coffee drink flask sandwich washing
    """,
    "Garden": """
        garden plant plants watering birdhouse bird-house feeder herb flytrap bulb seeds grow gardening shed
        spade trowel wheelbarrow bucket planter 'bird table' gnome lawn greenhouse flower flowerpot flowers
        doormat windmill hammock
    """,
    "Bath & Wellbeing": """
        bath bathroom towel flannel soap sponge plasters balm toilet washroom lip lipstick cosmetic shower scent
        scented fragrance oil first-aid mirror
    """,
    "Storage": """
        box boxes tin tins basket drawer cabinet chest rack hook hooks hanger hangers tidy storage trinket bin
        pegs peg shelf shelves container holder cupboard knob drawerknob suitcase suitcases stand bank
    """,
}

CATEGORIES: tuple[str, ...] = (*_WORDS, DEFAULT)


def category(name: str) -> str:
    """Give the shelf of a good."""
    return next((shelf for shelf, pattern in _RULES if pattern.search(name)), DEFAULT)


def _pattern(words: str) -> re.Pattern[str]:
    alternatives = [phrase or word for phrase, word in re.findall(r"'([^']+)'|(\S+)", words)]
    return re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, alternatives))})(?![\w-])", re.IGNORECASE)


_RULES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (shelf, _pattern(words))
    for shelf, words in (("Christmas", _WORDS["Christmas"]), *_PHRASES.items(), *_WORDS.items())
)
