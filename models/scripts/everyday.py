"""The common things: the word a person types, the drawing's name, and the places where one would photograph it.

The sample pictures are made of these; in training their words stand in for the drawings' longer names now and then.
"""

GROUPS = {
    "pets": ("room meadow snow beach city", "dog cat rabbit hamster parrot goldfish:tropical-fish turtle"),
    "farm": ("meadow mountains snow", "horse cow:cow pig sheep:ewe goat rooster duck donkey chick:front-facing-baby-chick"),
    "wild": ("forest meadow mountains snow", "fox wolf bear deer squirrel:chipmunk hedgehog owl raccoon badger beaver bison"),
    "africa": ("desert meadow sunset", "lion elephant giraffe zebra monkey rhinoceros hippopotamus camel gorilla kangaroo "
               "leopard flamingo crocodile tiger snake"),
    "cold": ("snow sea", "penguin polar-bear seal"),
    "sea": ("sea beach", "dolphin whale:spouting-whale shark octopus crab lobster jellyfish fish:fish blowfish"),
    "small": ("meadow forest room", "butterfly bee:honeybee ladybug:lady-beetle snail spider ant frog lizard mouse:mouse"),
    "birds": ("sky meadow sunset sea", "eagle dove swan peacock bat"),
    "road": ("city desert night mountains", "car:automobile bus taxi truck:delivery-truck ambulance police-car fire-engine tractor "
             "motorcycle bicycle scooter:motor-scooter van:minibus"),
    "rail": ("city mountains meadow", "train:locomotive tram"),
    "boats": ("sea sunset", "sailboat ship motor-boat:motor-boat canoe anchor"),
    "air": ("sky night mountains sunset", "airplane helicopter rocket balloon kite parachute flying-saucer"),
    "fruit": ("room beach", "apple:red-apple banana orange:tangerine lemon grapes strawberry cherries pineapple watermelon pear peach "
              "kiwi:kiwi-fruit coconut avocado tomato"),
    "vegetables": ("room meadow", "carrot broccoli corn:ear-of-corn cucumber potato onion mushroom eggplant"),
    "meals": ("room city", "pizza hamburger hot-dog french-fries sandwich bread cheese:cheese-wedge egg sushi spaghetti popcorn pretzel "
              "croissant pancakes taco"),
    "sweets": ("room beach", "cake:birthday-cake ice-cream:soft-ice-cream doughnut cookie chocolate:chocolate-bar lollipop cupcake"),
    "drinks": ("room beach night", "coffee:hot-beverage beer:beer-mug wine:wine-glass cocktail:cocktail-glass teapot"),
    "plants": ("meadow forest room", "sunflower rose tulip cactus palm-tree tree:deciduous-tree pine-tree:evergreen-tree bouquet "
               "hibiscus maple-leaf shamrock potted-plant"),
    "buildings": ("city meadow mountains sunset night", "house castle church factory school hospital lighthouse:tokyo-tower tent hut "
                  "ferris-wheel stadium fountain"),
    "weather": ("sky mountains sea city", "sun cloud rainbow snowman umbrella tornado lightning:high-voltage moon:crescent-moon star"),
    "sport": ("meadow beach room snow", "soccer-ball basketball tennis-ball:tennis baseball volleyball bowling skateboard skis "
              "american-football trophy boxing-glove ice-skate"),
    "things": ("room city night", "guitar violin piano:musical-keyboard trumpet drum camera television laptop telephone clock:alarm-clock book:open-book "
               "key lamp:light-bulb chair bed bathtub backpack hat:top-hat glasses scissors hammer teddy-bear gift:wrapped-gift candle "
               "bell crown ring pencil"),
}
DROPPED = {"lighthouse"}  # no drawing of its own in the styles that we have


def _entries():
    for group, (places, words) in GROUPS.items():
        for entry in words.split():
            word, _, drawing = entry.partition(":")
            if word not in DROPPED:
                yield word.replace("-", " "), drawing or word, group, places.split()


# word -> (drawing, group, places)
EVERYDAY = {word: (drawing, group, places) for word, drawing, group, places in _entries()}
# drawings that show the same thing (a dog's face is a dog too): drawing -> word
FACES = {"dog-face": "dog", "cat-face": "cat", "horse-face": "horse", "cow-face": "cow", "pig-face": "pig", "rabbit-face": "rabbit",
         "monkey-face": "monkey", "mouse-face": "mouse", "tiger-face": "tiger", "baby-chick": "chick", "hatching-chick": "chick",
         "whale": "whale", "poodle": "dog", "black-cat": "cat", "oncoming-automobile": "car", "oncoming-bus": "bus",
         "oncoming-taxi": "taxi", "sport-utility-vehicle": "car", "ice-cream": "ice cream", "full-moon": "moon", "house-with-garden": "house",
         "sun-with-face": "sun", "ram": "sheep", "passenger-ship": "ship", "green-apple": "apple", "goldfish": "goldfish"}
WORD_OF = {drawing: word for word, (drawing, _, _) in EVERYDAY.items()} | FACES
